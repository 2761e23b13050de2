// Draws the embedded rows. Does no arithmetic: every figure, range and layout comes from Python.
(() => {
  "use strict";
  const { data, plots } = look;
  const timed = plots.filter((plot) => !("alone" in plot.dataset)); // the others have no time axis
  const others = (plot) => timed.filter((other) => other !== plot);
  let syncing = false;

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
  const config = { ...look.config, doubleClick: "reset" };

  const draw = () => Promise.all(plots.map((plot) => {
    const figure = look.figure(plot);
    const layout = structuredClone(figure.layout);
    if (plot.layout) layout.xaxis.range = [...plot.layout.xaxis.range];
    return Plotly.react(plot, figure.traces.map(withRows), layout, config);
  }));

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

  const follow = (plot) => {
    plot.on("plotly_relayout", (change) => {
      const moved = Object.keys(change).some((key) => key.startsWith("xaxis."));
      if (syncing || !moved) return;
      press(null);
      show(plot.layout.xaxis.range, others(plot));
    });
    plot.on("plotly_hover", (event) => {
      const at = { xval: event.points[0].x };
      for (const other of others(plot)) Plotly.Fx.hover(other, at, "xy", true);
    });
    plot.on("plotly_unhover", () => {
      for (const other of others(plot)) Plotly.Fx.unhover(other, undefined, "xy", true);
    });
  };

  for (const button of document.querySelectorAll("[data-span]")) {
    button.addEventListener("click", () => {
      press(button);
      show(data.spans[button.dataset.span], timed);
    });
  }
  // The same for a keyboard: narrower, wider, to and fro; and the figures of any second, in words that Python wrote.
  const whole = data.spans["*"];
  const moves = {
    in: ([from, to]) => [from + (to - from) / 4, to - (to - from) / 4],
    out: ([from, to]) => [from - (to - from) / 2, to + (to - from) / 2],
    back: ([from, to]) => [from - (to - from) / 2, to - (to - from) / 2],
    on: ([from, to]) => [from + (to - from) / 2, to + (to - from) / 2],
  };
  const LEAST_S = 2;
  const within = ([from, to]) => {
    const length = Math.min(Math.max(to - from, LEAST_S), whole[1] - whole[0]);
    const start = Math.min(Math.max(from, whole[0]), whole[1] - length);
    return [start, start + length];
  };
  for (const button of document.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => {
      press(null);
      show(within(moves[button.dataset.move](timed[0].layout.xaxis.range)), timed);
    });
  }
  const second = document.getElementById("second");
  second.min = 0;
  second.max = data.said.length - 1;
  second.addEventListener("input", () => {
    const number = second.valueAsNumber;
    document.getElementById("figures").textContent = data.said[number] || "";
    for (const plot of timed) {
      if (data.said[number]) Plotly.Fx.hover(plot, { xval: number }, "xy", true);
      else Plotly.Fx.unhover(plot, undefined, "xy", true);
    }
  });
  look.start(draw, () => timed.forEach(follow));
})();
