// What a person can do to the lab. Each form is a command: it shows the command, and asks the server for the same.
//
//   const may = controls();
//   may.active(list)      what is active, as it was read back
//   may.state(state)      what the lab permits now
const controls = () => {
  "use strict";
  const forms = [...document.querySelectorAll("form[data-what]")];
  const drill = document.getElementById("drill");
  const note = document.getElementById("note");
  const abort = document.getElementById("abort");
  let permitted = [];

  const quote = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);
  const values = (form) => {
    const found = {};
    for (const input of form.querySelectorAll("[data-key]")) {
      const { key, unit = "", start } = input.dataset;
      const text = input.value.trim();
      if (text && text !== start) found[key] = text + (/^[\d.eE+-]+$/.test(text) ? unit : "");
    }
    return found;
  };
  const target = (form) => form.querySelector("[data-target]").value;
  const command = (form) => {
    const { command: begin, what } = form.dataset;
    const given = values(form);
    if (what === "policy") return [begin, quote(target(form)), quote(given.policy || "POLICY")].join(" ");
    return [begin, "--target", quote(target(form)), ...Object.entries(given).map(([k, v]) => quote(`${k}=${v}`))].join(" ");
  };
  const show = (form) => {
    for (const input of form.querySelectorAll(".slide input")) {
      input.nextElementSibling.textContent = `${input.value} ${input.dataset.unit}`;
    }
    form.querySelector(".command").textContent = command(form);
  };

  const ask = async (method, path, body) => {
    const answer = await fetch(`/control${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    let said = {};
    try { said = JSON.parse(text); } catch { said = { error: text }; }
    if (!answer.ok) throw new Error(said.error || `the server answered ${answer.status}`);
    return said;
  };
  // One order at a time of a form or button; what became of it stands beside it, until the next.
  const doing = async (button, output, begun, work) => {
    button.disabled = true;
    output.classList.remove("bad");
    output.textContent = begun;
    try {
      output.textContent = await work();
    } catch (error) {
      output.classList.add("bad");
      output.textContent = error.message;
    }
    button.disabled = button.dataset.needs ? !permitted.includes(button.dataset.needs) : false;
  };
  const onSubmit = (form, needs, begun, work) => {
    const button = form.querySelector("button[type=submit]");
    if (needs) button.dataset.needs = needs;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!form.reportValidity()) return;
      doing(button, form.querySelector(".answer"), begun, work);
    });
  };

  for (const form of forms) {
    show(form);
    form.addEventListener("input", () => show(form));
    onSubmit(form, "change", "Applying, then reading it back.", async () => {
      const { kind, what } = form.dataset;
      const { id } = await ask("POST", "/actions", { kind, what, target: target(form), values: values(form) });
      return `Applied and read back: ${id}`;
    });
  }
  if (drill) {
    const name = drill.querySelector("[data-drill]");
    const preview = () => { drill.querySelector(".command").textContent = `lab run ${name.value}`; };
    name.addEventListener("input", preview);
    preview();
    onSubmit(drill, "change", "Starting.", async () => `Runs: ${(await ask("POST", "/runs", { drill: name.value })).run}`);
  }
  onSubmit(note, "", "Writing.", async () => {
    const input = note.querySelector("[data-note]");
    await ask("POST", "/notes", { text: input.value });
    input.value = "";
    return "Written.";
  });
  onSubmit(abort, "abort", "Asking for the end.", async () => {
    const { first } = await ask("POST", "/abort", { reason: abort.querySelector("[data-reason]").value });
    return first ? "It rolls back." : "It rolls back already.";
  });

  const readback = { true: ["read back", ""], false: ["NOT confirmed by the read-back", "not"], null: ["not read back yet", "not"] };
  const item = (one, output) => {
    const line = document.createElement("li");
    const words = document.createElement("span");
    words.textContent = `${one.words}, since ${one.since}`;
    const state = document.createElement("span");
    const [said, not] = readback[String(one.verified)];
    state.className = `readback ${not}`;
    state.textContent = one.trouble ? `could not be undone: ${one.trouble}` : said;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Undo";
    button.title = one.undo;
    button.setAttribute("aria-label", `Undo ${one.words}`);
    button.dataset.needs = "change";
    button.disabled = !permitted.includes("change");
    button.addEventListener("click", () => doing(button, output, "Undoing, then reading it back.", async () => {
      await ask("DELETE", `/actions/${encodeURIComponent(one.action)}`);
      return `Undone and read back: ${one.action}`;
    }));
    line.append(words, state, button);
    return line;
  };
  const active = (list) => {
    const output = document.getElementById("active-answer");
    const all = document.getElementById("all-active");
    all.replaceChildren(...list.map((one) => item(one, output)));
    if (!list.length) {
      const none = document.createElement("li");
      none.textContent = "nothing";
      all.append(none);
    }
    for (const form of forms) {
      const mine = list.filter((one) => one.kind === form.dataset.kind && one.fault === form.dataset.what);
      form.querySelector("ul.active").replaceChildren(...mine.map((one) => item(one, form.querySelector(".answer"))));
    }
  };

  const links = (drills) => {
    const list = document.getElementById("drills");
    if (!list) return;
    list.replaceChildren(...drills.map(({ run, report }) => {
      const line = document.createElement("li");
      const link = document.createElement(report ? "a" : "span");
      link.textContent = report ? `Report of ${run}` : `${run} runs`;
      if (report) link.href = report;
      line.append(link);
      return line;
    }));
  };
  const state = (now) => {
    permitted = now.permissions || [];
    for (const button of document.querySelectorAll("[data-needs]")) button.disabled = !permitted.includes(button.dataset.needs);
    const measured = permitted.includes("abort") && !permitted.includes("change");
    document.getElementById("may").textContent = measured
      ? "A drill is measured here: nothing may be changed but its end, by abort."
      : permitted.length ? "" : "Nothing can be done now.";
    links(now.drills || []);
  };
  state({});
  return { active, state };
};
