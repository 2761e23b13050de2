// The page of a run that goes on: its data comes by server-sent events. Computes positions only, never figures.
(() => {
  "use strict";
  const KEPT_S = 3600;
  const SHOWN_S = 120; // as wide as the charts are while they follow the run
  const MOST_LINES = 200;
  const data = {
    rows: [], said: [], planes: [], figures: null, spans: { "*": [0, SHOWN_S] }, system: { map: null, seconds: [], eyes: [] },
  };
  const drawn = charts(data);
  const now = moment(data, drawn.point);
  const may = controls();
  const connection = document.getElementById("connection");
  const doing = document.getElementById("doing");
  const liveButton = document.querySelector("[data-live]");
  let run = null;
  let following = true;
  let started = false;

  const last = () => (data.rows.length ? data.rows[data.rows.length - 1].second : 0);
  // While it follows, the axis ends at the newest second.
  const move = () => {
    data.spans["*"] = [data.spans["*"][0], Math.max(last() + 1, data.spans["*"][0] + 1)];
    if (!following) return;
    const range = [Math.max(0, last() + 1 - SHOWN_S), Math.max(last() + 1, SHOWN_S)];
    for (const plot of look.plots) if (plot.layout) plot.layout.xaxis.range = [...range];
  };
  const follow = (on) => {
    following = on;
    liveButton.setAttribute("aria-pressed", String(on));
  };
  const redraw = () => {
    move();
    if (started) drawn.changed();
  };
  const begin = () => {
    if (started || !data.figures || !data.rows.length) return;
    started = true;
    look.start(async () => { move(); await drawn.draw(); }, () => {
      drawn.ready();
      for (const plot of look.plots) plot.on("plotly_relayouting", () => follow(false));
      redraw();
    });
  };
  liveButton.addEventListener("click", () => { follow(true); redraw(); });
  for (const button of document.querySelectorAll("[data-span], [data-move]")) {
    button.addEventListener("click", () => follow(false), { capture: true });
  }

  const mark = (said) => {
    data.figures = said.figures;
    data.spans = said.spans;
    data.system.map = said.map;
    may.active(said.active);
    redraw();
  };
  const listen = (source, event, take) => {
    source.addEventListener(event, (message) => take(JSON.parse(message.data)));
  };
  const source = new EventSource("/live");
  source.addEventListener("open", () => { connection.textContent = "Live."; });
  source.addEventListener("error", () => {
    connection.textContent = source.readyState === EventSource.CLOSED
      ? "This page's server has ended. Start it again: lab watch --web" : "Reconnecting.";
  });
  listen(source, "hello", (said) => {
    const shown = document.querySelector("main").dataset;
    if (run === null ? said.run !== shown.run : said.run !== run) {
      location.reload();
      return;
    }
    run = said.run;
    mark(said);
  });
  listen(source, "seconds", ({ rows, said, system }) => {
    rows.forEach((row, i) => {
      const at = data.rows.length ? row.second - data.rows[0].second : 0;
      if (at < 0) return;
      data.rows[at] = row;
      data.said[row.second] = said[i];
      data.system.seconds[row.second] = system[i];
    });
    if (data.rows.length > KEPT_S) {
      for (const { second } of data.rows.splice(0, data.rows.length - KEPT_S)) {
        delete data.said[second];
        delete data.system.seconds[second];
      }
    }
    now.changed();
    begin();
    redraw();
  });
  listen(source, "marks", mark);
  listen(source, "log", ({ lines }) => {
    const list = document.getElementById("lines");
    const end = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
    for (const { t, text } of lines) {
      const line = document.createElement("li");
      const at = document.createElement("span");
      at.className = "at";
      at.textContent = `${t.toFixed(1)} s `;
      line.append(at, text);
      list.append(line);
    }
    while (list.children.length > MOST_LINES) list.firstElementChild.remove();
    if (end) list.scrollTop = list.scrollHeight;
  });
  listen(source, "state", (said) => {
    doing.textContent = said.state ? `The lab: ${said.state}.` : "";
    may.state(said);
  });
  listen(source, "closed", ({ outcome, reason, verdict, report }) => {
    const box = document.getElementById("ended");
    const text = box.querySelector("p");
    text.textContent = `The lab has ended (${[outcome, reason].filter(Boolean).join(": ") || "no last line"}). ${verdict ? `Verdict: ${verdict}. ` : ""}`;
    if (report) {
      const link = document.createElement("a");
      link.href = report;
      link.textContent = "Its report";
      text.append(link);
    }
    box.hidden = false;
    doing.textContent = "";
    may.state({});
    follow(false);
  });
})();
