// Draws the embedded runs. Does no arithmetic: every figure, range and layout comes from Python.
(() => {
  "use strict";
  const data = look.embedded();
  const withRun = (trace) => {
    const [x, y] = data.series[trace.meta.run];
    return { ...trace, x, y };
  };
  const draw = () => Promise.all(look.plots.map((plot) => {
    const figure = look.figure(data, plot);
    return Plotly.react(plot, figure.traces.map(withRun), structuredClone(figure.layout), look.config);
  }));
  look.start(draw, () => {});
})();
