// The moment that a page shows: one second of the run, the same for the picture, the charts and the words.
//
//   const now = moment(data, (second, view) => ..., { live: true })    called whenever another moment is shown
//   now.begin()       once all is drawn: what the address says (#t=34&view=truth), else data.opens_at, else the newest
//   now.changed()     seconds were added to `data`: a page that follows the run goes on to the newest
//   now.marked()      data.spans or data.events changed
//   now.go(second)    show this one
//
// data: spans["*"] (from, to), rows, said [by second], events [{at_s, kind, text}], system.seconds [by second] with clock.
// The page may leave out any control: only the range (#second) is needed.
const moment = (data, shown, options) => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const second = find("second");
  const [figures, clock, ticks, play, spoken, speak, what] = ["figures", "clock", "ticks", "play", "spoken", "speak", "what"].map(find);
  const speeds = [...document.querySelectorAll("[data-speed]")];
  const views = [...document.querySelectorAll("[data-view]")];
  const steps = [...document.querySelectorAll("[data-event]")];
  const follow = document.querySelector("[data-live]");
  const { live } = { live: false, ...options };
  const BIG_STEP_S = 10;
  const WRITE_MS = 300; // the address is written when nothing has changed for so long
  let at = null;
  let view = "truth";
  let speed = 1;
  let timer = null;
  let writing = null;
  let following = live;

  const bounds = () => {
    const [from, to] = data.spans["*"];
    return [Math.floor(from), Math.max(Math.floor(from), Math.ceil(to) - 1)];
  };
  const row = (number) => {
    const [first] = data.rows;
    return first && data.rows[number - first.second];
  };
  const facts = (number) => (data.system && data.system.seconds && data.system.seconds[number]) || {};

  const press = (buttons, pressed) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(pressed(button)));
  };
  const event = (number) => (data.events || []).filter(({ at_s: when }) => Math.floor(when) === number);
  const words = () => {
    const one = row(at) || {};
    return [`second ${at}`, one.phase, facts(at).clock, one.provisional ? "can still change" : ""].filter(Boolean);
  };
  const show = () => {
    const said = data.said[at] || "";
    if (clock) {
      clock.replaceChildren();
      words().forEach((word, i) => {
        const part = document.createElement(i ? "span" : "strong");
        part.textContent = word;
        clock.append(part);
      });
    }
    if (what) what.textContent = event(at).map(({ text }) => text).join(" · ");
    second.value = at;
    second.setAttribute("aria-valuetext", [...words(), ...event(at).map(({ text }) => text)].join(", "));
    if (figures) figures.textContent = said;
    if (spoken && speak && speak.getAttribute("aria-pressed") === "true") spoken.textContent = said;
    shown(data.said[at] ? at : null, view);
  };

  const write = () => {
    clearTimeout(writing);
    writing = setTimeout(() => history.replaceState(null, "", `#t=${at}&view=${view}`), WRITE_MS);
  };
  // What an address asks for; anything else (#charts) is none of ours.
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const number = /^\d+$/.test(asked.get("t") || "") ? Number(asked.get("t")) : null;
    const known = views.some((button) => button.dataset.view === asked.get("view"));
    return { number, view: known ? asked.get("view") : null };
  };

  const set = (number) => {
    const [first, last] = bounds();
    at = Math.min(Math.max(Math.round(number), first), last);
    show();
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    if (!play) return;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  };
  const leave = () => {
    following = false;
    if (follow) follow.setAttribute("aria-pressed", "false");
  };
  const go = (number) => {
    leave();
    set(number);
    write();
  };
  const start = () => {
    const [first, last] = bounds();
    if (at === null || at >= last) set(first);
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      go(at + 1);
      if (at >= bounds()[1]) stop();
    }, 1000 / speed);
  };
  const toggle = () => (timer === null ? start() : stop());
  const neighbour = (forward) => {
    const seconds = (data.events || []).map(({ at_s: when }) => Math.floor(when));
    const found = forward ? seconds.find((one) => one > at) : seconds.findLast((one) => one < at);
    if (found !== undefined) go(found);
  };

  const changed = () => {
    const [first, last] = bounds();
    second.min = first;
    second.max = last;
    if (following) set(last);
    else if (at !== null) show();
  };
  const marked = () => {
    changed();
    if (!ticks) return;
    const [from, to] = [Number(second.min), Number(second.max)];
    ticks.replaceChildren(...(data.events || []).map(({ at_s: when, kind, text }) => {
      const tick = document.createElement("span");
      tick.className = kind;
      tick.title = text;
      tick.style.left = `${(100 * (Math.min(Math.max(Math.floor(when), from), to) - from)) / Math.max(1, to - from)}%`;
      tick.addEventListener("click", () => { stop(); go(Math.floor(when)); });
      return tick;
    }));
  };

  second.addEventListener("input", () => { stop(); go(second.valueAsNumber); });
  second.addEventListener("keydown", (pressed) => {
    const step = { PageUp: BIG_STEP_S, PageDown: -BIG_STEP_S }[pressed.key];
    if (step) { stop(); go(at + step); }
    else if (pressed.key === " " && play) toggle();
    else if (pressed.shiftKey && pressed.key === "ArrowRight") { stop(); neighbour(true); }
    else if (pressed.shiftKey && pressed.key === "ArrowLeft") { stop(); neighbour(false); }
    else return;
    pressed.preventDefault();
  });
  if (play) play.addEventListener("click", toggle);
  for (const button of steps) {
    button.addEventListener("click", () => { stop(); neighbour(button.dataset.event === "next"); });
  }
  for (const button of speeds) {
    button.addEventListener("click", () => {
      speed = Number(button.dataset.speed);
      press(speeds, (one) => one === button);
      if (timer !== null) { stop(); start(); }
    });
  }
  for (const button of views) {
    button.addEventListener("click", () => {
      view = button.dataset.view;
      press(views, (one) => one === button);
      show();
      write();
    });
  }
  if (speak) {
    speak.addEventListener("click", () => {
      const on = speak.getAttribute("aria-pressed") !== "true";
      speak.setAttribute("aria-pressed", String(on));
      spoken.textContent = on ? data.said[at] || "" : "";
    });
  }
  if (follow) {
    follow.hidden = !live;
    follow.addEventListener("click", () => {
      stop();
      following = true;
      follow.setAttribute("aria-pressed", "true");
      changed();
    });
  }
  const begin = () => {
    marked();
    const asked = read();
    if (asked.view) view = asked.view;
    press(views, (one) => one.dataset.view === view);
    if (asked.number !== null) { leave(); set(asked.number); }
    else if (!following) set(data.opens_at ?? bounds()[1]);
  };
  addEventListener("hashchange", () => {
    const asked = read();
    if (asked.number === null) return;
    stop();
    leave();
    if (asked.view) view = asked.view;
    press(views, (one) => one.dataset.view === view);
    set(asked.number);
  });
  return { begin, changed, marked, go, stop };
};
