// The charts over time, drawn from `data`: rows (data.rows, data.planes), layouts (data.figures), spans (data.spans).
// Does no arithmetic on figures: every value, range and layout comes from Python.
//
//   const drawn = charts(data, (second) => ...);   called when a second was picked: by a click, or a phase's button
//   drawn.draw()          all of them anew: the look changed, or data.figures did. A promise.
//   drawn.ready()         once, after the first draw: from now on zoom and pointing are shared.
//   drawn.changed()       rows were added or replaced in `data`: the lines follow, a chart a frame. A promise.
//   drawn.point(second)   the cursor stands at this second in all charts; null: in none.
const charts = (data, picked) => {
  "use strict";
  const { plots } = look;
  const timed = plots.filter((plot) => !("alone" in plot.dataset)); // the others have no time axis
  const others = (plot) => timed.filter((other) => other !== plot);
  const config = { ...look.config, doubleClick: "reset" };
  let syncing = false;
  let drawing = null;
  let at = null; // where the cursor stands

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
    return Plotly.react(plot, figure.traces.map(withRows), layout, config).then(() => cursor(plot));
  };
  // A line over the plot: cheaper than to have Plotly draw it, so that it can be moved each second.
  const cursor = (plot) => {
    if ("alone" in plot.dataset) return;
    let line = plot.querySelector(".cursor");
    if (!line) {
      line = document.createElement("div");
      line.className = "cursor";
      plot.append(line);
    }
    const { xaxis, _size: size } = plot._fullLayout;
    const x = at === null ? -1 : xaxis.l2p(at);
    line.hidden = x < 0 || x > xaxis._length;
    line.style.left = `${size.l + x}px`;
    line.style.top = `${size.t}px`;
    line.style.height = `${size.h}px`;
  };
  const draw = () => Promise.all(plots.map(drawOne));

  // Charts that no one sees are not drawn each second: they follow when they come into view.
  const inView = new Set();
  const stale = new Set();
  const watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) inView.delete(target);
      else {
        inView.add(target);
        if (stale.delete(target)) drawOne(target);
      }
    }
  }, { rootMargin: "150px" });

  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const changed = () => {
    drawing ||= (async () => {
      for (const plot of timed) {
        if (!inView.has(plot)) {
          stale.add(plot);
          continue;
        }
        await frame();
        await drawOne(plot);
      }
    })().finally(() => { drawing = null; });
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

  const point = (second) => {
    at = second;
    for (const plot of timed) if (plot._fullLayout) cursor(plot);
  };
  const hover = (second, on) => {
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
    plot.on("plotly_hover", (event) => hover(event.points[0].x, others(plot)));
    plot.on("plotly_unhover", () => hover(null, others(plot)));
    plot.on("plotly_click", (event) => picked && picked(event.points[0].x));
    plot.on("plotly_afterplot", () => cursor(plot));
  };

  for (const button of document.querySelectorAll("[data-span]")) {
    button.addEventListener("click", () => {
      press(button);
      show(data.spans[button.dataset.span], timed);
      if (picked && button.dataset.span !== "*") picked(Math.ceil(data.spans[button.dataset.span][0]));
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
  const ready = () => {
    for (const plot of timed) {
      follow(plot);
      watcher.observe(plot);
    }
  };
  return { draw, changed, point, ready };
};
