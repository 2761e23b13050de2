// The system in one second: main network | device | internal network, as SVG. Computes positions only; every figure,
// word and share of a whole comes from Python (lab/report/html/system_data.py, system_words.py).
//
//   const picture = system(data);        data.system = { map, seconds: [by second], eyes: { plane: [by second] } }
//   picture.draw()                       anew: the look, the width or the map changed
//   picture.show(second, view)           what was so in this second; view: "truth", or a plane's name
const system = (data) => {
  "use strict";
  const host = document.getElementById("system");
  const words = document.getElementById("system-words");
  const tables = words && words.closest("details"); // made only while they are seen
  const motion = document.getElementById("marks");
  const seen = document.getElementById("eye");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const MOST_PX = 40; // a band is never wider
  const LEAST_PX = 1.5; // nor narrower, where there is anything
  const SPEED_PX = 90; // of a mark, in a second
  const MOST_MARKS = 60; // on an arrow
  const CHAR_PX = 6.9;
  let marking = true;
  let drawn = null; // what the second changes: { nodes, arrows, device }
  let at = [null, "truth"];

  const { way, through, length, path, part, heading } = places;

  const make = (name, attributes = {}, children = []) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const set = (element, attributes) => {
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  };
  const text = (x, y, kind, said = "", more = {}) => make("text", { x, y, class: kind, ...more }, [said]);
  const hide = (element, hidden) => element.toggleAttribute("hidden", hidden);
  const fit = (said, px, char = CHAR_PX) => {
    const most = Math.max(3, Math.floor(px / char));
    return said.length <= most ? said : `${said.slice(0, most - 1)}…`;
  };

  // ---- Parts -------------------------------------------------------------------------------------------------------
  const HEAD_PX = 9;
  const bands = (kinds) => Object.fromEntries(kinds.map((kind) => [kind, {
    band: make("path", { class: `band ${kind}` }), head: make("path", { class: `tip ${kind}` }), marks: make("path", { class: `mark ${kind}` }),
  }]));
  const elements = (all) => Object.values(all).flatMap(({ band, head, marks }) => [band, head, marks]);

  const moving = () => marking && !still.matches;
  const mark = (element, points, rate, share) => {
    const { mark_rps: one } = data.system.map.scale;
    const whole = length(points) - HEAD_PX;
    const gap = Math.max((SPEED_PX * one) / rate, whole / (MOST_MARKS * share));
    const none = !moving() || !(rate > 0);
    hide(element, none);
    element.dataset.marks = none ? 0 : Math.min(Math.floor(whole / gap), MOST_MARKS);
    if (none) return;
    set(element, { d: path(part(points, whole)) });
    element.style.strokeDasharray = `0.1 ${gap}`;
    element.style.setProperty("--gap", `${-gap - 0.1}px`);
    element.style.animationDuration = `${gap / SPEED_PX}s`;
  };
  const widthOf = (rate) => {
    const { most_rps: most } = data.system.map.scale;
    return rate > 0 ? Math.max(LEAST_PX, (MOST_PX * Math.min(rate, most)) / most) : 0;
  };
  // Bands side by side, as wide as their rates; returns how wide they are together.
  const run = (route, all, rates) => {
    const widths = Object.keys(all).map((kind) => widthOf(rates[kind] ?? 0));
    const total = widths.reduce((sum, width) => sum + width, 0) + 3 * Math.max(0, widths.filter(Boolean).length - 1);
    const sum = Object.values(rates).reduce((found, rate) => found + (rate ?? 0), 0);
    let from = -total / 2;
    Object.entries(all).forEach(([kind, { band, head, marks }], i) => {
      const width = widths[i];
      for (const element of [band, head]) hide(element, !width);
      const points = route(from + width / 2);
      if (width) {
        const [x, y] = points[points.length - 1];
        const [dx, dy] = heading(points);
        const half = width / 2 + 2.5;
        set(band, { d: path(part(points, length(points) - HEAD_PX)), "stroke-width": width });
        set(head, { d: `M${x} ${y}L${x - dx * HEAD_PX - dy * half} ${y - dy * HEAD_PX - dx * half}L${x - dx * HEAD_PX + dy * half} ${y - dy * HEAD_PX + dx * half}Z` });
        from += width + 3;
      }
      marks.classList.toggle("thin", width < 6);
      mark(marks, points, width ? rates[kind] : 0, sum ? (rates[kind] ?? 0) / sum : 0);
    });
    return total;
  };

  const arrowPart = (place, map, arrow) => {
    const from = place.boxes[arrow.from] || {};
    const all = bands(["first", "retries"]);
    const line = make("path", { class: "line" });
    const refused = make("path", { class: "band refused" });
    const stop = make("path", { class: "stop" });
    const label = make("text", { class: "rate" });
    const title = make("title");
    const group = make("g", { class: "arrow", "data-arrow": `${arrow.from} ${arrow.to}` }, [title, line, ...elements(all), refused, stop, label]);
    const show = (now, said, seen) => {
      group.classList.toggle("unseen", !seen);
      const route = way(place, arrow, (now && now.over) || arrow.over);
      hide(group, !route);
      if (!route) return;
      const base = route(0);
      set(line, { d: path(base) });
      const known = seen && now;
      const total = run(route, all, known ? { first: now.first_rps, retries: now.retries_rps } : {});
      const dropped = known ? widthOf(now.refused_rps ?? 0) : 0;
      const flat = base[0][1] === base[1][1];
      for (const element of [refused, stop]) hide(element, !dropped);
      const beside = total / 2 + 5 + dropped / 2;
      if (dropped) {
        const stub = part(route(beside), Math.min(length(base) * 0.42, 70));
        const [x, y] = stub[stub.length - 1];
        const [dx, dy] = heading(stub);
        const half = dropped / 2 + 5;
        set(refused, { d: path(stub), "stroke-width": dropped });
        set(stop, { d: `M${x - dy * half} ${y - dx * half}L${x + dy * half} ${y + dx * half}` });
      }
      const close = base.length > 2 || from.tight; // no room for the word
      const parts = seen ? [["first", said.first], ["retries", said.retries && `+ ${said.retries}${close ? "" : " retries"}`], ["refused", said.refused && `${said.refused} refused`]].filter(([, one]) => one) : [];
      label.replaceChildren();
      const [[x0, y0], [x1, y1]] = flat || base.length === 2 ? base : base.slice(-2);
      if (flat && base.length === 2) { // over and under a level arrow
        const middle = (x0 + x1) / 2 - 4;
        const above = y0 - total / 2 - 8;
        const row = parts.filter(([kind]) => kind !== "refused");
        const two = row.map(([, one]) => one).join(" ").length * 7.2 > x1 - x0 - 8; // too long for one line
        row.forEach(([kind, one], i) => {
          const where = two || !i ? { x: middle, y: above - (two ? (row.length - 1 - i) * 16 : 0) } : {};
          label.append(make("tspan", { class: kind, ...where }, [two || !i ? one : ` ${one}`]));
        });
        const last = parts.find(([kind]) => kind === "refused");
        if (last) label.append(make("tspan", { class: "refused", x: middle, y: y0 + total / 2 + 5 + dropped + 16 }, [last[1]]));
        label.setAttribute("text-anchor", "middle");
      } else { // at the right of an upright one
        const [x, y] = flat ? [Math.min(x0, x1) + 8, (base[1][1] + base[2][1]) / 2] : [x0 + total / 2 + 9, place.upright && arrow.over ? y1 - 53 : (y0 + y1) / 2 - 4];
        const start = y + 4.5 - (parts.length - 1) * 8;
        parts.forEach(([kind, one], i) => label.append(make("tspan", { class: kind, x, y: start + i * 16 }, [one])));
        label.setAttribute("text-anchor", "start");
      }
      title.textContent = seen ? `${arrow.from} to ${arrow.to}: ${parts.map(([, one]) => one).join(" ")}` : `${arrow.from} to ${arrow.to}`;
    };
    return { group, show };
  };

  // A state is a shape and a word; colour comes on top.
  const SHAPES = {
    healthy: [["circle", { cx: 6, cy: 6, r: 6 }], ["path", { d: "M3 6.2L5.2 8.4L9.2 4", class: "on" }]],
    degraded: [["path", { d: "M6 0L12.4 11.5H-0.4Z" }], ["path", { d: "M6 4V7.6M6 9V10.2", class: "on" }]],
    "breaker-open": [["path", { d: "M-1 9H3M3 9L8.5 3M9 9H13", class: "bare" }], ["circle", { cx: 3, cy: 9, r: 1.6 }], ["circle", { cx: 9.4, cy: 9, r: 1.6 }]],
    paused: [["rect", { x: 1, y: 0, width: 3.6, height: 12 }], ["rect", { x: 7.4, y: 0, width: 3.6, height: 12 }]],
    stopped: [["rect", { x: 0, y: 0, width: 12, height: 12, rx: 2 }], ["path", { d: "M3.4 3.4L8.6 8.6M8.6 3.4L3.4 8.6", class: "on" }]],
    idle: [["circle", { cx: 6, cy: 6, r: 5, class: "bare" }]],
    unknown: [["circle", { cx: 6, cy: 6, r: 5, class: "bare dashed" }]],
  };
  const shape = (state) => (SHAPES[state] || SHAPES.unknown).map(([name, attributes]) => make(name, attributes));
  const BADGES = { fault: "M0 10L5 0L10 10Z", mitigation: "M0 0H10V5Q10 9 5 11Q0 9 0 5Z", load: "M0 10H10V3L5 0L0 3Z", automation: "M5 0L10 5L5 10L0 5Z" };

  // Words in as many lines as they may have.
  const lines = (said, px, char, most) => {
    const found = [""];
    for (const word of said.split(" ")) {
      const longer = `${found[found.length - 1]} ${word}`.trim();
      if (longer.length * char <= px || found.length === most) found[found.length - 1] = longer;
      else found.push(word);
    }
    return found.map((one) => fit(one, px, char));
  };
  const badge = (x, y, one, px, most) => {
    const ending = ` on ${one.target}`;
    const said = one.words.endsWith(ending) ? one.words.slice(0, -ending.length) : one.words;
    const rows = lines(said, px - 18, 7.1, most);
    const group = make("g", { class: `badge ${one.kind}`, transform: `translate(${x} ${y})` }, [
      make("title", {}, [`${one.kind}: ${one.words}`]),
      make("path", { d: BADGES[one.kind] || BADGES.load }),
      ...rows.map((row, i) => text(16, 10 + i * 16, "badge-words", row)),
    ]);
    return [group, rows.length];
  };

  const nodePart = (box, node) => {
    const frame = make("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 10, class: "frame" });
    const icon = make("g", { class: "state" });
    const word = text(box.x + 33, box.y + 40, "word");
    const under = text(box.x + 14, box.y + 59, "policy");
    const badges = make("g");
    const title = make("title");
    const name = text(box.x + 14, box.y + 21, "name", fit(node.name, box.w - 24, 8.2));
    const room = box.w - 14 - node.name.length * 8.2 - 20;
    const kind = text(box.x + box.w - 12, box.y + 21, "kind", room > node.kind.length * 6 ? node.kind : "", { "text-anchor": "end" });
    icon.setAttribute("transform", `translate(${box.x + 14} ${box.y + 30})`);
    const inside = make("g", { class: "inside" }, [name, kind, icon, word, under, badges]);
    const group = make("g", { class: "node", "data-node": node.name }, [title, frame, inside]);
    const show = (now, active, eye) => {
      const state = eye ? "unknown" : now ? now.state : "unknown";
      group.dataset.state = state;
      icon.replaceChildren(...(eye ? [] : shape(state)));
      word.textContent = eye ? (eye.said[node.name] || [""])[0] : now ? now.word : "not read";
      word.setAttribute("x", eye ? box.x + 14 : box.x + 33);
      const mine = eye ? [] : active.filter((one) => one.target === node.name);
      const queue = now && now.queue_depth ? `${now.queue_depth} queued` : "";
      const calls = now && now.policy && now.policy !== "none" ? now.policy : "";
      const said = eye ? (eye.said[node.name] || ["", ""])[1] || "" : mine.length ? "" : [queue, calls].filter(Boolean).join(", ");
      under.textContent = fit(said, box.w - 24, 6.3);
      inside.setAttribute("transform", `translate(0 ${said || mine.length ? 0 : 8})`);
      badges.replaceChildren(...mine.slice(0, 1).map((one) => badge(box.x + 14, box.y + 50, one, box.w - 24, 1)[0]));
      title.textContent = [node.name, node.kind, now && !eye ? now.word : "", calls, ...mine.map((one) => one.words)].filter(Boolean).join(", ");
    };
    return { group, show };
  };

  // The device: a queue that fills, and its work as a bar of what it carries.
  const devicePart = (place, map) => {
    const { name, tank, body } = place.device;
    const flat = place.upright;
    const inner = { x: body.x + 16, w: body.w - 32 };
    const bar = { x: inner.x, w: inner.w, h: 26 };
    const air = Math.max(0, Math.min(16, Math.floor((body.h - 334) / 3))); // between the parts
    const [work, delayed, changed] = [84 + air, 214 + 2 * air, 288 + 3 * air].map((from) => body.y + from);
    const rows = { name: body.y + 26, state: body.y + 47, work, bar: work + 8, legend: work + 54, wait: delayed, gauge: delayed + 9, changed, badges: changed + 8 };
    const out = through(place, map);
    const frame = make("rect", { x: body.x, y: body.y, width: body.w, height: body.h, rx: 12, class: "frame" });
    const icon = make("g", { class: "state", transform: `translate(${inner.x} ${rows.state - 10})` });
    const word = text(inner.x + 19, rows.state, "word");
    const cap = text(inner.x + inner.w, rows.name, "kind", "", { "text-anchor": "end" });
    const changes = text(inner.x, rows.changed, "words");
    const answered = make("rect", { y: rows.bar, height: bar.h, class: "answered" });
    const wasted = make("rect", { y: rows.bar, height: bar.h, class: "wasted" });
    const whole = make("rect", { x: bar.x, y: rows.bar, width: bar.w, height: bar.h, rx: 3, class: "whole" });
    const legend = ["answered", "wasted", "free"].map((kind, i) => {
      const y = rows.legend + i * 18;
      const value = text(inner.x + inner.w, y, "figure", "", { "text-anchor": "end" });
      return { kind, value, group: make("g", {}, [make("rect", { x: inner.x, y: y - 10, width: 13, height: 11, class: `key ${kind}` }), text(inner.x + 20, y, "words", kind), value]) };
    });
    // Scale of the delay: the limit stands at a third, so that three times of it can be seen.
    const limit = map.useless_from_s;
    const third = bar.w / 3;
    const roomy = bar.w - third > 120;
    const delay = make("rect", { x: bar.x, y: rows.gauge, height: 12, class: "delay" });
    const beyond = make("path", { class: "tip beyond", d: `M${bar.x + bar.w + 8} ${rows.gauge + 6}l-8 -8v16Z` });
    const waits = text(inner.x, rows.wait, "words");
    const gauge = [
      make("rect", { x: bar.x, y: rows.gauge, width: bar.w, height: 12, rx: 3, class: "whole" }), delay, beyond,
      ...(limit ? [make("path", { class: "limit", d: `M${bar.x + third} ${rows.gauge - 4}v20` }), text(roomy ? bar.x + third + 4 : bar.x + bar.w, rows.gauge + 26, "note", `no use from ${map.said.useless} on`, { "text-anchor": roomy ? "start" : "end" })] : []),
    ];
    const badges = make("g");
    const level = make("rect", { class: "level" });
    const hatch = make("rect", { class: "waiting" });
    const waiting = text(0, 0, "figure big");
    const of = text(0, 0, "note");
    const tankFrame = make("rect", { x: tank.x, y: tank.y, width: tank.w, height: tank.h, rx: 8, class: "whole tank" });
    const tankName = flat ? [text(tank.x + 12, tank.y + 24, "words", "accept queue")] : [text(tank.x + tank.w / 2, tank.y + 18, "note", "accept", { "text-anchor": "middle" }), text(tank.x + tank.w / 2, tank.y + 33, "note", "queue", { "text-anchor": "middle" })];
    if (flat) {
      set(waiting, { x: tank.x + tank.w - 12, y: tank.y + 25, "text-anchor": "end" });
      set(of, { x: tank.x + tank.w - 12, y: tank.y + 44, "text-anchor": "end" });
    } else {
      set(waiting, { x: tank.x + tank.w / 2, "text-anchor": "middle" });
      set(of, { x: tank.x + tank.w / 2, "text-anchor": "middle" });
    }
    const title = make("title");
    const queue = make("g", { class: "queue", "data-queue": name }, [title, tankFrame, level, hatch, ...tankName, waiting, of]);
    const all = bands(["answered", "wasted"]);
    const line = make("path", { class: "line", d: out ? path(out(0)) : "" });
    const link = flat ? make("path", { class: "line", d: `M${tank.x + 40} ${tank.y + tank.h}v${body.y - tank.y - tank.h}l-5 -7m5 7l5 -7` }) : make("path", { class: "line", d: `M${tank.x + tank.w} ${out ? out(0)[0][1] : body.y + body.h / 2}H${body.x}l-7 -5m7 5l-7 5` });
    const group = make("g", { class: "node device", "data-node": name }, [
      link, queue, frame, text(inner.x, rows.name, "name", name),
      icon, word, cap, make("g", { class: "parts" }, [
        text(inner.x, rows.work, "words", `work, of ${map.said.capacity}`), whole, answered, wasted,
        ...legend.map((one) => one.group), waits, ...gauge, changes, badges,
      ]), line, ...elements(all),
    ]);
    const show = (now, said, work, service, active, eye) => {
      const seen = !eye && now;
      group.classList.toggle("unseen", !seen);
      group.dataset.state = seen && service ? service.state : "unknown";
      icon.replaceChildren(...(seen ? shape(service.state) : []));
      word.setAttribute("x", inner.x + (seen ? 19 : 0));
      word.textContent = seen ? service.word : eye ? "no plane scrapes it" : "not read";
      cap.textContent = (seen && said.cap) || "device";
      const shares = (seen && work) || { answered: 0, wasted: 0 };
      set(answered, { x: bar.x, width: bar.w * shares.answered });
      set(wasted, { x: bar.x + bar.w * shares.answered, width: bar.w * shares.wasted });
      for (const { kind, value } of legend) value.textContent = seen ? said[kind] : "-";
      const late = seen && limit && now.queueing_delay_s >= limit;
      const span = seen && limit ? (third * (now.queueing_delay_s ?? 0)) / limit : 0;
      set(delay, { width: Math.min(bar.w, span) });
      delay.classList.toggle("late", Boolean(late));
      hide(beyond, !(span > bar.w));
      waits.textContent = seen ? `a connection waits ${said.delay}` : "";
      const most = seen && (now.queue_limit || map.queue_limit);
      const full = most ? Math.min(1, (now.accept_queue ?? 0) / most) : 0;
      const box = flat
        ? { x: tank.x, y: tank.y, width: tank.w * full, height: tank.h }
        : { x: tank.x, y: tank.y + tank.h * (1 - full), width: tank.w, height: tank.h * full };
      set(level, { ...box, rx: 8 });
      set(hatch, { ...box, rx: 8 });
      queue.classList.toggle("late", Boolean(late));
      if (!flat) {
        const y = Math.max(tank.y + 62, tank.y + tank.h * (1 - full) + (full > 0.2 ? 26 : -26));
        waiting.setAttribute("y", y);
        of.setAttribute("y", y + 17);
      }
      waiting.textContent = seen ? said.waiting : "";
      of.textContent = seen ? said.limit : "";
      title.textContent = seen ? `accept queue of ${name}: ${said.waiting} ${said.limit} wait, ${said.delay} each` : "";
      const mine = eye ? [] : active.filter((one) => one.target === name);
      changes.textContent = eye ? "" : mine.length ? "changed here" : "nothing is changed here";
      badges.replaceChildren();
      let y = rows.badges;
      for (const one of mine) {
        const [made, count] = badge(inner.x, y, one, inner.w, 2);
        y += count * 16 + 5;
        if (y < body.y + body.h) badges.append(made);
      }
      hide(line, !out);
      if (out) run(out, all, seen ? { answered: now.answered_rps, wasted: now.wasted_rps } : {});
    };
    return { group, show };
  };

  // ---- The whole ---------------------------------------------------------------------------------------------------
  const definitions = () => {
    const hatch = (kind, gap) => make("pattern", { id: `fill-${kind}`, width: gap, height: gap, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, [make("rect", { width: gap, height: gap, class: `${kind}-back` }), make("rect", { width: gap / 2, height: gap, class: `${kind}-front` })]);
    const dots = make("pattern", { id: "fill-waiting", width: 9, height: 9, patternUnits: "userSpaceOnUse" }, [make("circle", { cx: 4.5, cy: 4.5, r: 2, class: "dot" })]);
    return make("defs", {}, [hatch("wasted", 6), hatch("stale", 10), hatch("gone", 8), dots]);
  };

  const draw = () => {
    const { map } = data.system || {};
    if (!map || !host) return;
    const width = Math.max(280, Math.round(host.clientWidth));
    const place = places.stand(map, width);
    const svg = make("svg", { viewBox: `0 0 ${place.width} ${place.height}`, width: place.width, height: place.height, role: "img", "aria-labelledby": "system-title system-desc" });
    const title = make("title", { id: "system-title" });
    const stale = make("rect", { width: place.width, height: place.height, rx: 12, class: "stale" });
    const nodes = map.nodes.filter((node) => node.name !== map.device).map((node) => [node.name, nodePart(place.boxes[node.name], node)]);
    const arrows = map.arrows.map((arrow) => arrowPart(place, map, arrow));
    const device = place.device ? devicePart(place, map) : null;
    svg.append(
      title, make("desc", { id: "system-desc" }, ["Who calls whom, over which device, and at what rate. The table below says the same in figures."]), definitions(),
      ...place.zones.map(([box, name]) => make("g", { class: "zone" }, [make("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 12 }), text(box.x + box.w - 12, box.y + 17, "zone-name", name, { "text-anchor": "end" })])),
      stale, ...(device ? [device.group] : []), ...arrows.map((one) => one.group), ...nodes.map(([, one]) => one.group),
    );
    host.replaceChildren(svg);
    drawn = { map, nodes, arrows, device, title, stale, svg };
    show(...at);
  };

  const show = (second, view = "truth") => {
    at = [second, view];
    if (!drawn) return;
    const { map, nodes, arrows, device, title, stale, svg } = drawn;
    const now = second === null ? null : data.system.seconds[second];
    const plane = view === "truth" ? null : (data.system.eyes || {})[view];
    const eye = plane ? plane[second] || { stale: null, said: {}, note: `The ${view} plane was not asked in this second.` } : null;
    const active = now ? now.active : [];
    title.textContent = second === null ? "The system" : `The system in second ${second}${eye ? `, as the ${view} plane showed it${eye.stale ? ": stale" : ""}` : ""}`;
    svg.dataset.second = second ?? "";
    svg.dataset.view = view;
    for (const [name, part] of nodes) part.show(now && now.services[name], active, eye);
    arrows.forEach((part, i) => part.show(now && now.arrows[i], now ? now.said.arrows[i] : { first: "-" }, Boolean(now) && !eye));
    if (device) {
      const name = map.device;
      device.show(now && now.devices[name], now && now.said.devices[name], now && now.said.work[name], now && now.services[name], active, eye);
    }
    hide(stale, !(eye && eye.stale));
    if (seen) seen.textContent = eye ? [eye.stale ? "Stale: it does not show what happens." : "", eye.note].filter(Boolean).join(" ") : "";
    if (tables && tables.open) words.replaceChildren(...secondTables(map, now, second));
  };

  if (host) {
    let width = 0;
    new ResizeObserver(() => {
      if (!drawn || Math.abs(host.clientWidth - width) < 2) return;
      width = host.clientWidth;
      draw();
    }).observe(host);
    // What is out of sight need not move.
    new IntersectionObserver(([entry]) => host.classList.toggle("away", !entry.isIntersecting)).observe(host);
    still.addEventListener("change", () => show(...at));
  }
  if (tables) tables.addEventListener("toggle", () => show(...at));
  if (motion) {
    motion.addEventListener("click", () => {
      marking = !marking;
      motion.setAttribute("aria-pressed", String(marking));
      show(...at);
    });
  }
  return { draw, show };
};
