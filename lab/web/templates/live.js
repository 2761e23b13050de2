// The page of a run that goes on: its data comes by server-sent events. Computes positions only, never figures.
(() => {
  "use strict";
  const KEPT_S = 3600;
  const SHOWN_S = 120; // as wide as the charts are while they follow the run
  const MOST_LINES = 200;
  const data = {
    rows: [], said: [], planes: [], events: [], figures: null, spans: { "*": [0, 1] }, system: { map: null, seconds: [], eyes: {} },
  };
  const drawn = charts(data, (second) => { now.stop(); now.go(second); });
  const picture = system(data);
  const now = moment(data, (second, view) => {
    drawn.point(second);
    picture.show(second, view);
  }, { live: true });
  const may = controls();
  const connection = document.getElementById("connection");
  const doing = document.getElementById("doing");
  const liveButton = document.querySelector("[data-live]");
  let run = null;
  let zoomed = false; // by a person: the axis stays where it is, until they want to see the run live again
  let begun = false;
  let started = false; // everything is drawn
  let logged = -1; // the newest line of the log: after a pause some come again
  for (const needing of document.querySelectorAll("[data-script]")) needing.hidden = false;

  // The newest second that requests are known of; the one that goes on is known in part.
  const newest = () => (data.rows.findLast((row) => row.offered !== null) || data.rows.at(-1) || { second: 0 }).second;
  const move = () => {
    const [first] = data.spans["*"];
    const end = Math.max(newest() + 1, first + 1);
    data.spans["*"] = [first, end];
    if (zoomed) return;
    const range = [Math.max(0, end - SHOWN_S), Math.max(end, SHOWN_S)];
    for (const plot of look.plots) if (plot.layout) plot.layout.xaxis.range = [...range];
  };
  const redraw = () => {
    move();
    if (!started) return;
    now.changed();
    drawn.changed();
  };
  const draw = () => {
    move();
    picture.draw();
    return drawn.draw();
  };
  const begin = () => {
    if (begun || !data.figures || !data.rows.length) return;
    begun = true;
    look.start(draw, () => {
      started = true;
      drawn.ready();
      liveButton.setAttribute("aria-pressed", "true");
      now.begin();
      for (const plot of look.plots) plot.on("plotly_relayouting", () => { zoomed = true; });
      redraw();
    });
  };
  liveButton.addEventListener("click", () => { zoomed = false; redraw(); });
  for (const button of document.querySelectorAll("[data-span], [data-move]")) {
    button.addEventListener("click", () => { zoomed = true; }, { capture: true });
  }

  const views = [...document.querySelectorAll("[data-view]")].map((button) => button.dataset.view);
  const mark = (said) => {
    if (said.eyes.some((plane) => !views.includes(plane))) { // the page was opened before it was known who watches
      location.reload();
      return;
    }
    const moved = JSON.stringify(said.map) !== JSON.stringify(data.system.map);
    Object.assign(data, { figures: said.figures, spans: said.spans, events: said.events });
    data.system.map = said.map;
    may.active(said.active);
    move();
    if (!started) return;
    if (moved) picture.draw();
    now.marked();
    drawn.changed();
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
      if (run !== null) history.replaceState(null, "", location.pathname); // the moment was one of the run before
      location.reload();
      return;
    }
    run = said.run;
    mark(said);
  });
  listen(source, "seconds", ({ rows, said, system: seconds, eyes }) => {
    rows.forEach((row, i) => {
      const at = data.rows.length ? row.second - data.rows[0].second : 0;
      if (at < 0) return;
      data.rows[at] = row;
      data.said[row.second] = said[i];
      data.system.seconds[row.second] = seconds[i];
      for (const [plane, seen] of Object.entries(eyes[i])) (data.system.eyes[plane] ||= [])[row.second] = seen;
    });
    const [first, gone] = [data.rows.length ? data.rows[0].second : 0, data.rows.length - KEPT_S];
    if (gone > 0) { // who was away for more than an hour has holes in it
      data.rows.splice(0, gone);
      for (const kept of [data.said, data.system.seconds, ...Object.values(data.system.eyes)]) {
        for (let second = first; second < first + gone; second += 1) delete kept[second];
      }
    }
    begin();
    redraw();
  });
  listen(source, "marks", mark);
  listen(source, "log", ({ lines }) => {
    const list = document.getElementById("lines");
    const box = list.parentElement;
    const end = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
    for (const { seq, t, text } of lines) {
      if (seq <= logged) continue;
      logged = seq;
      const line = document.createElement("li");
      const at = document.createElement("span");
      at.className = "at";
      at.textContent = `${t.toFixed(1)} s `;
      line.append(at, text);
      list.append(line);
    }
    while (list.children.length > MOST_LINES) list.firstElementChild.remove();
    if (end) box.scrollTop = box.scrollHeight;
  });
  listen(source, "state", (said) => {
    doing.textContent = said.state ? `The lab: ${said.state}.` : "";
    may.state(said);
    // the page was opened while the lab came up: now it is known what can be done to it
    const controlled = document.querySelector("form[data-what]") || !(said.permissions || []).includes("change");
    if (!controlled) location.reload();
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
  });
})();
