// One second of the system as tables, for whoever does not see its picture.
//
//   secondTables(map, now, second)    elements; none where nothing is known of the second
const secondTables = (() => {
  "use strict";
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
  return (map, now, second) => {
    if (!now) return [];
    const said = now.said;
    const none = (one) => one || "0/s";
    return [
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
    ];
  };
})();
