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
  const motion = document.getElementById("marks");
  const seen = document.getElementById("eye");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const WIDE_PX = 760; // from here on three columns; below, one over the other
  const MOST_PX = 40; // a band is never wider
  const LEAST_PX = 1.5; // nor narrower, where there is anything
  const SPEED_PX = 90; // of a mark, in a second
  const MOST_MARKS = 60; // on an arrow
  const CHAR_PX = 6.9;
  const ROOMY_PX = 920; // below it the boxes are as narrow as their words allow
  const LABEL_PX = 152; // room for the words of the arrow to the device: "100/s + 300/s retries"
  const SPARE_PX = 40; // what is left for the one behind it
  let marking = true;
  let drawn = null; // what the second changes: { nodes, arrows, device }
  let at = [null, "truth"];

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

  // ---- Where everything stands -------------------------------------------------------------------------------------
  const NODE_H = 72;
  const PAD = 12;
  const GUTTER = 60;
  const HEAD = 30; // above the first node: the title of the network

  const isOutside = (node) => node.side === "outside";
  const crosses = (map, node) => map.arrows.some((arrow) => arrow.from === node.name && arrow.over);
  const next = (map, a, b) => map.arrows.some((arrow) => arrow.from === a.name && arrow.to === b.name && !arrow.over);

  // Arrows of one side that pass a node go around: by a gutter.
  const detours = (map, nodes) => map.arrows.filter((arrow) => {
    const [from, to] = [arrow.from, arrow.to].map((name) => nodes.findIndex((node) => node.name === name));
    return !arrow.over && from >= 0 && to >= 0 && to !== from + 1;
  });

  const wide = (map, width) => {
    const front = map.nodes.filter((node) => node.side === "main" || isOutside(node));
    const back = map.nodes.filter((node) => node.side === "internal");
    const gutter = (nodes) => (detours(map, nodes).length ? GUTTER : 0);
    const boxes = {};
    const gutters = gutter(front) + gutter(back);
    const frontW = width - (gutters > GUTTER ? GUTTER : 0) < ROOMY_PX ? 178 : 200;
    const backW = 158;
    const deviceW = gutters ? 292 : 306;
    const frontX = PAD + gutter(front);
    const backX = width - PAD - gutter(back) - backW;
    const head = front.length && isOutside(front[0]) ? PAD : HEAD;
    let y = head;
    front.forEach((node, i) => {
      boxes[node.name] = { x: frontX, y, w: frontW, h: NODE_H };
      const after = front[i + 1];
      y += NODE_H + (after && next(map, node, after) ? 50 : 26);
    });
    const bottom = Math.max(y - 26, head + 392);
    const first = front.find((node) => crosses(map, node));
    const top = first ? boxes[first.name].y + NODE_H / 2 : HEAD + NODE_H;
    const need = back.length * (NODE_H + 50) - 50;
    let backY = Math.max(HEAD, Math.min(top - NODE_H / 2, bottom - need));
    back.forEach((node) => {
      boxes[node.name] = { x: backX, y: backY, w: backW, h: NODE_H };
      backY += NODE_H + 50;
    });
    const room = backX - (frontX + frontW) - deviceW;
    const share = gutters ? 0.75 : 0.66; // of the room is in front of the device
    const x = frontX + frontW + Math.round(Math.max(room * share, Math.min(LABEL_PX, room - SPARE_PX)));
    const reserve = map.reserve.map((name, i) => [name, { x: x + 92, y: bottom - (map.reserve.length - i) * 66 + 10, w: deviceW - 92, h: 56 }]);
    const low = bottom - reserve.length * 66;
    const outside = front.filter(isOutside);
    const inside = front.filter((node) => !isOutside(node));
    const zone = (nodes, left, right) => {
      const all = nodes.map((node) => boxes[node.name]);
      if (!all.length) return null;
      return { x: left, y: all[0].y - 26, w: right - left, h: Math.max(...all.map((box) => box.y + box.h)) - all[0].y + 38 };
    };
    return {
      width, height: bottom + 14, upright: false, boxes: { ...boxes, ...Object.fromEntries(reserve) },
      zones: [
        [zone(inside, frontX - gutter(front) - PAD + 2, frontX + frontW + 12), "main network"],
        [zone(back, backX - 12, backX + backW + gutter(back) + PAD - 2), "internal network"],
      ].filter(([box]) => box),
      outside: outside.map((node) => node.name),
      device: map.device && { name: map.device, tank: { x, y: head, w: 74, h: bottom - head }, body: { x: x + 92, y: head, w: deviceW - 92, h: low - head } },
    };
  };

  const upright = (map, width) => {
    const front = map.nodes.filter((node) => (node.side === "main" || isOutside(node)) && !crosses(map, node));
    const callers = map.nodes.filter((node) => node.side === "main" && crosses(map, node));
    const back = map.nodes.filter((node) => node.side === "internal");
    const all = [...front, ...callers];
    const around = detours(map, all).some((arrow) => front.some((node) => node.name === arrow.to));
    const boxes = {};
    const x = PAD + (around ? GUTTER : 0);
    const nodeW = Math.min(206, width - x - PAD - (around ? 112 : 0));
    let y = front.length && isOutside(front[0]) ? PAD : HEAD;
    const stack = (nodes, left) => nodes.forEach((node) => {
      boxes[node.name] = { x: left, y, w: nodeW, h: NODE_H };
      y += NODE_H + 52;
    });
    stack(front, x);
    const per = 2;
    const gap = 12;
    callers.forEach((node, i) => {
      const [row, place] = [Math.floor(i / per), i % per];
      const rest = width - x - PAD - nodeW - gap;
      // The way down from an upper row passes beside that of a lower one.
      const below = callers.length > per * (row + 1) + place;
      const w = place ? rest : nodeW;
      boxes[node.name] = { x: place ? x + nodeW + gap : x, y: y + row * (NODE_H + 20), w, h: NODE_H, tight: callers.length > per, lane: below ? Math.round(w * 0.55) : 0 };
    });
    y += Math.ceil(callers.length / per) * (NODE_H + 20) - 20 + 98;
    const main = [...front, ...callers].filter((node) => !isOutside(node)).map((node) => boxes[node.name]);
    const device = map.device && { name: map.device, tank: { x: PAD, y, w: width - 2 * PAD, h: 62 }, body: { x: PAD, y: y + 76, w: width - 2 * PAD, h: 350 } };
    if (device) y += 76 + 350;
    const reserve = map.reserve.map((name, i) => [name, { x: PAD + 88, y: y + 12 + i * 66, w: width - 2 * PAD - 88, h: 56 }]);
    y += reserve.length * 66 + 78;
    const behind = y;
    stack(back, PAD + (detours(map, back).length ? GUTTER : 0));
    const zone = (list) => list.length && { x: 2, y: list[0].y - 26, w: width - 4, h: Math.max(...list.map((box) => box.y + box.h)) - list[0].y + 38 };
    return {
      width, height: y - 52 + 18, upright: true, boxes: { ...boxes, ...Object.fromEntries(reserve) }, behind,
      zones: [[zone(main), "main network"], [zone(back.map((node) => boxes[node.name])), "internal network"]].filter(([box]) => box),
      outside: front.filter(isOutside).map((node) => node.name),
      device,
    };
  };

  // The way of an arrow, as corners; `aside` shifts it for a band that runs beside another.
  const way = (place, arrow, over) => {
    const from = place.boxes[arrow.from];
    const goal = over && place.device ? (over === place.device.name ? place.device.tank : place.boxes[over]) : place.boxes[arrow.to];
    if (!from || !goal) return null;
    const lane = (over && from.lane) || Math.min(40, from.w / 4);
    if (over && !place.upright) {
      const y = from.y + from.h / 2;
      if (over === place.device.name) return (aside) => [[from.x + from.w, y + aside], [goal.x, y + aside]];
      const middle = (from.x + from.w + place.device.tank.x) / 2;
      const end = goal.y + goal.h / 2;
      return (aside) => [[from.x + from.w, y + aside], [middle - aside, y + aside], [middle - aside, end + aside], [goal.x, end + aside]];
    }
    const x = from.x + lane;
    if (over || (goal.y > from.y && goal.x === from.x && goal.y - from.y - from.h < 70)) {
      return (aside) => [[x - aside, from.y + from.h], [x - aside, goal.y]];
    }
    if (goal.y > from.y && goal.x !== from.x) { // to a neighbour beside the one below
      const end = goal.x + Math.min(40, goal.w / 4);
      const bend = from.y + from.h + 14;
      return (aside) => [[from.x + from.w - 14 - aside, from.y + from.h], [from.x + from.w - 14 - aside, bend + aside], [end - aside, bend + aside], [end - aside, goal.y]];
    }
    const side = !place.upright && place.device && from.x > place.device.body.x ? 1 : -1; // around the right, or the left
    const edge = side > 0 ? from.x + from.w : from.x;
    const out = edge + side * (GUTTER - 14);
    const [start, end] = [from.y + from.h / 2, goal.y + goal.h / 2];
    return (aside) => [[edge, start + aside], [out - side * aside, start + aside], [out - side * aside, end - aside], [edge, end - aside]];
  };
  const through = (place, map) => {
    const box = place.boxes[map.behind];
    if (!box || !place.device) return null;
    const { body } = place.device;
    if (place.upright) return (aside) => [[box.x + 40 - aside, body.y + body.h], [box.x + 40 - aside, box.y]];
    const y = box.y + box.h / 2;
    return (aside) => [[body.x + body.w, y + aside], [box.x, y + aside]];
  };
  const length = (points) => points.slice(1).reduce((sum, [x, y], i) => sum + Math.abs(x - points[i][0]) + Math.abs(y - points[i][1]), 0);
  const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("");
  // The first `px` of a way.
  const part = (points, px) => {
    const found = [points[0]];
    for (const [x, y] of points.slice(1)) {
      const [u, v] = found[found.length - 1];
      const step = Math.abs(x - u) + Math.abs(y - v);
      if (step >= px) {
        found.push([u + ((x - u) * px) / step, v + ((y - v) * px) / step]);
        break;
      }
      found.push([x, y]);
      px -= step;
    }
    return found;
  };
  const heading = (points) => {
    const [[u, v], [x, y]] = points.slice(-2);
    return [Math.sign(x - u), Math.sign(y - v)];
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
  const KINDS = { client: "client", server: "server", load: "load", instrument: "instrument", device: "device" };
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
    const kind = text(box.x + box.w - 12, box.y + 21, "kind", room > node.kind.length * 6 ? KINDS[node.kind] || node.kind : "", { "text-anchor": "end" });
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
    const place = (width >= WIDE_PX ? wide : upright)(map, width);
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

  const line = (cells, header) => {
    const row = document.createElement("tr");
    cells.forEach((said, i) => {
      const cell = document.createElement(header || i === 0 ? "th" : "td");
      if (header || i === 0) cell.scope = header ? "col" : "row";
      cell.textContent = said;
      row.append(cell);
    });
    return row;
  };
  const table = (caption, head, rows) => {
    const made = document.createElement("table");
    made.createCaption().textContent = caption;
    made.createTHead().append(line(head, true));
    made.createTBody().append(...rows.map((cells) => line(cells, false)));
    const sheet = document.createElement("div");
    sheet.className = "sheet";
    sheet.tabIndex = 0;
    sheet.setAttribute("role", "region");
    sheet.setAttribute("aria-label", caption);
    sheet.append(made);
    return sheet;
  };
  // The same for who does not see it.
  const say = (map, now, second) => {
    if (!words || !now) return words && words.replaceChildren();
    const said = now.said;
    const none = (one) => one || "0/s";
    words.replaceChildren(
      table(`Attempts in second ${second}`, ["From", "To", "Over", "First attempts", "Retries", "Refused"], map.arrows.map((arrow, i) => {
        const over = (now.arrows[i] && now.arrows[i].over) || arrow.over || "-";
        const [known, refusals] = [now.arrows[i], now.arrows[i] && now.arrows[i].refused_rps !== null];
        return [arrow.from, arrow.to, over, said.arrows[i].first, known ? none(said.arrows[i].retries) : "-", refusals ? none(said.arrows[i].refused) : "-"];
      })),
      table(`Services in second ${second}`, ["Service", "Kind", "State", "Policy", "Queued"], map.nodes.map((node) => {
        const one = now.services[node.name] || {};
        return [node.name, node.kind, one.word || "not read", one.policy || "-", one.queue_depth ?? "-"];
      })),
      table(`Devices in second ${second}`, ["Device", "Answered", "Wasted", "Free", "Waiting", "Waits"], Object.entries(said.devices).map(([name, one]) => [name, one.answered, one.wasted, one.free, `${one.waiting} ${one.limit}`, one.delay])),
      table(`Active in second ${second}`, ["Kind", "What", "Read back"], now.active.map((one) => [one.kind, one.words, one.verified === true ? "yes" : one.verified === false ? "no" : "-"])),
    );
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
    say(map, now, second);
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
  if (motion) {
    motion.addEventListener("click", () => {
      marking = !marking;
      motion.setAttribute("aria-pressed", String(marking));
      show(...at);
    });
  }
  return { draw, show };
};
