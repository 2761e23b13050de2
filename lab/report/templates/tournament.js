// Draws the embedded runs. Does no arithmetic: every figure, range and layout comes from Python.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("run-data").textContent);
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 640px)");
  const plots = [...document.querySelectorAll(".plot")];
  const config = { responsive: true, displaylogo: false, displayModeBar: false, scrollZoom: false };
  let printing = false;

  const theme = () => (printing ? "light" : root.dataset.theme || (dark.matches ? "dark" : "light"));
  const size = () => (narrow.matches ? "narrow" : "wide");
  const withRun = (trace) => {
    const [x, y] = data.series[trace.meta.run];
    return { ...trace, x, y };
  };
  const draw = () => Promise.all(plots.map((plot) => {
    const figure = data.figures[theme()][size()][plot.dataset.chart];
    return Plotly.react(plot, figure.traces.map(withRun), structuredClone(figure.layout), config);
  }));

  const toggle = document.getElementById("theme");
  const label = () => { toggle.textContent = theme() === "dark" ? "Light theme" : "Dark theme"; };
  toggle.addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    label();
    draw();
  });
  dark.addEventListener("change", () => { label(); draw(); });
  narrow.addEventListener("change", draw);
  addEventListener("beforeprint", () => { printing = true; draw(); });
  addEventListener("afterprint", () => { printing = false; draw(); });

  label();
  draw().then(() => { root.dataset.drawn = "true"; });
})();
