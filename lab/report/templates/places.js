// Where the parts of the system's picture stand, and which way its arrows go: positions only, of a map (data.system.map).
//
//   places.stand(map, width)          boxes of all nodes, zones, the device; in three columns, or, where it is narrow, one
//                                     over the other
//   places.way(place, arrow, over)    an arrow's way: a function from how far aside a band runs to corners; null: none
//   places.through(place, map)        the same of what the device hands on
//   length, path, part, heading       of corners: how long, as an SVG path, the first px of it, where it points
const places = (() => {
  "use strict";
  const WIDE_PX = 760; // from here on three columns; below, one over the other
  const ROOMY_PX = 920; // below it the boxes are as narrow as their words allow
  const LABEL_PX = 152; // room for the words of the arrow to the device: "100/s + 300/s retries"
  const SPARE_PX = 40; // what is left for the one behind it
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
  const stand = (map, width) => (width >= WIDE_PX ? wide : upright)(map, width);
  return { stand, way, through, length, path, part, heading };
})();
