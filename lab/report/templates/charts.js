// The charts over time, drawn from `data`: rows (data.rows, data.planes), layouts (data.figures), spans (data.spans).
// Does no arithmetic on figures: every value, range and layout comes from Python.
//
//   const drawn = charts(data);
//   drawn.draw()          all of them anew: the look changed, or data.figures did. A promise.
//   drawn.ready()         once, after the first draw: from now on zoom and pointing are shared.
//   drawn.changed()       rows were added or replaced in `data`: the lines follow, a chart a frame. A promise.
//   drawn.point(second)   read all charts at this second; null: at none.
const charts = (data) => {
  "use strict";
  const { plots } = look;
  const timed = plots.filter((plot) => !("alone" in plot.dataset)); // the others have no time axis
  const others = (plot) => timed.filter((other) => other !== plot);
  const config = { ...look.config, doubleClick: "reset" };
  let syncing = false;
  let drawing = null;

  const column = (rows, name) => rows.map((row) => row[name]);
  const provisional = (rows) => rows.map((row) => (row.provisional ? " (can still change)" : ""));
  // A trace of rows names their column; any other carries its own points.
  const withRows = (trace) => {
    if (!trace.meta) return trace;
    const rows = data[trace.meta.rows || "rows"];
    const points = { ...trace, x: column(rows, "second"), y: column(rows, trace.meta.column) };
    if (trace.meta.text) return { ...points, text: column(rows, trace.meta.text) };
    if (!trace.hovertemplate) return points;
    return { ...points, text: provisional(rows), hovertemplate: `${trace.hovertemplate}%{text}` };
  };

  const drawOne = (plot) => {
    const figure = look.figure(data, plot);
    if (!figure) return null;
    const layout = structuredClone(figure.layout);
    if (plot.layout) layout.xaxis.range = [...plot.layout.xaxis.range];
    return Plotly.react(plot, figure.traces.map(withRows), layout, config);
  };
  const draw = () => Promise.all(plots.map(drawOne));

  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const changed = () => {
    drawing ||= (async () => {
      for (const plot of timed) {
        await frame();
        await drawOne(plot);
      }
      drawing = null;
    })();
    return drawing;
  };

  const show = async (range, on) => {
    syncing = true;
    await Promise.all(on.map((plot) => Plotly.relayout(plot, { "xaxis.range": [...range] })));
    syncing = false;
  };

  const press = (pressed) => {
    for (const button of document.querySelectorAll("[data-span]")) {
      button.setAttribute("aria-pressed", String(button === pressed));
    }
  };

  const point = (second, on = timed) => {
    for (const plot of on) {
      if (second === null) Plotly.Fx.unhover(plot, undefined, "xy", true);
      else Plotly.Fx.hover(plot, { xval: second }, "xy", true);
    }
  };

  const follow = (plot) => {
    plot.on("plotly_relayout", (change) => {
      const moved = Object.keys(change).some((key) => key.startsWith("xaxis."));
      if (syncing || !moved) return;
      press(null);
      show(plot.layout.xaxis.range, others(plot));
    });
    plot.on("plotly_hover", (event) => point(event.points[0].x, others(plot)));
    plot.on("plotly_unhover", () => point(null, others(plot)));
  };

  for (const button of document.querySelectorAll("[data-span]")) {
    button.addEventListener("click", () => {
      press(button);
      show(data.spans[button.dataset.span], timed);
    });
  }
  // The same for a keyboard: narrower, wider, to and fro.
  const moves = {
    in: ([from, to]) => [from + (to - from) / 4, to - (to - from) / 4],
    out: ([from, to]) => [from - (to - from) / 2, to + (to - from) / 2],
    back: ([from, to]) => [from - (to - from) / 2, to - (to - from) / 2],
    on: ([from, to]) => [from + (to - from) / 2, to + (to - from) / 2],
  };
  const LEAST_S = 2;
  const within = ([from, to]) => {
    const [first, last] = data.spans["*"];
    const length = Math.min(Math.max(to - from, LEAST_S), last - first);
    const start = Math.min(Math.max(from, first), last - length);
    return [start, start + length];
  };
  for (const button of document.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => {
      press(null);
      show(within(moves[button.dataset.move](timed[0].layout.xaxis.range)), timed);
    });
  }
  return { draw, changed, point, ready: () => timed.forEach(follow) };
};
