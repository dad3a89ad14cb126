// lobby-play.js: plays a scenario on the page as a person would: presses by the names that a
// screen reader says, carries paper to cameras, cuts cables, and checks what must then be so.
// /?run=NAME&pace=human or pace=none; the result stands in data-result when it is over.
(() => {
  "use strict";
  const name = document.body.dataset.run;
  if (!name) return;
  const human = document.body.dataset.pace !== "none";
  const MOST_WAIT_S = 60;
  const PAUSE_MS = human ? 1000 : 0;
  const LOOK_MS = 100;

  class Failed extends Error {}
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const title = { kiosk: "the kiosk", "door-a": "Door A", "door-b": "Door B" };

  // The screens: their pages tell what they say, and press when asked.
  const frames = {};
  for (const frame of document.querySelectorAll("iframe[data-screen]")) {
    frames[frame.dataset.screen] = { frame, home: new URL(frame.src).origin, words: "", told: 0, pressed: null, showed: [] };
  }
  window.addEventListener("message", (event) => {
    const screen = Object.values(frames).find((one) => one.frame.contentWindow === event.source);
    const told = event.data || {};
    if (!screen) return;
    if (told.foh === "page") Object.assign(screen, { words: told.words, told: screen.told + 1 });
    // A GO lasts a good second; whoever looks later still knows what was shown.
    if (told.foh === "page" && told.shown && told.words !== screen.showed.at(-1)?.words) screen.showed.push(told);
    if (told.foh === "pressed") screen.pressed = told;
  });
  const tell = (screen, what) => screen.frame.contentWindow.postMessage(what, screen.home);
  const on = (step) => frames[step.on || "kiosk"];
  // The box office and a second kiosk have no frame: the lobby's own hand is there.
  const elsewhere = (step) => step.on && !frames[step.on];
  // What they said last: a sentence about what was done is gone when the page is shown again.
  const said = {};
  const hand = async (step, what) => {
    said[step.on] = (await post(`/hands/${step.on}`, what)).words;
  };

  const get = async (path) => (await fetch(path)).json();
  const post = async (path, body) => {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Failed(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const until = async (step, holds, otherwise) => {
    const end = performance.now() + 1000 * (step.most_s ?? MOST_WAIT_S);
    while (!(await holds())) {
      if (performance.now() > end) throw new Failed(await otherwise());
      await sleep(LOOK_MS);
    }
  };

  // What was there before, so that counts are this story's own.
  let facts = {};
  let slipsBefore = 0;
  let soldBefore = 0;
  let before = {};
  let brokenBefore = {};
  let taps = 0;
  const marks = {};
  const measures = {};
  let came = 0;
  let took_ms = 0;
  const seen = {};

  const counted = (figures) => {
    const counts = {};
    for (const [key, value] of Object.entries(figures || {})) {
      if (typeof value === "number") counts[key] = value;
      if (Array.isArray(value)) {
        counts[key] = value.reduce((sum, entry) => sum + (entry?.count ?? 1), 0);
      }
    }
    return counts;
  };
  const slips = async () => (await get("/printer/slips")).slips;
  const slip = async (place) => (await slips())[slipsBefore + place - 1].n;
  const lastScan = (camera, after) => get(`/cameras/${camera}/last-scan?after=${after}`);
  const says = (words, wanted) => words.toLowerCase().includes(wanted.toLowerCase());

  const press = async (step, what, ask) => {
    const screen = on(step);
    const told = screen.told;
    await until(
      step,
      async () => {
        screen.pressed = null;
        tell(screen, ask);
        for (let waited = 0; waited < 500 && !screen.pressed; waited += 20) await sleep(20);
        return screen.pressed?.found;
      },
      () => `there is no ${what}; it says: ${screen.words.slice(0, 200)}`,
    );
    return told;
  };

  const verbs = {
    async open(step) {
      if (elsewhere(step)) return hand(step, { open: step.open });
      const screen = on(step);
      const told = screen.told;
      screen.frame.src = screen.home + step.open;
      await until(step, () => screen.told > told, () => `${step.open} did not open`);
    },
    async press(step) {
      await sleep(PAUSE_MS);
      if (elsewhere(step)) return hand(step, { press: step.press });
      const told = await press(step, step.press, { foh: "press", name: step.press });
      taps += 1;
      // The next page answers; some presses only change this one.
      for (let waited = 0; waited < 2000 && on(step).told === told; waited += 20) await sleep(20);
    },
    async type(step) {
      if (elsewhere(step)) return hand(step, { type: step.type });
      for (const [label, text] of Object.entries(step.type)) {
        await sleep(PAUSE_MS / 2);
        await press(step, label, { foh: "type", label, text });
      }
    },
    async choose(step) {
      if (elsewhere(step)) return hand(step, { choose: step.choose });
      for (const [label, option] of Object.entries(step.choose)) {
        await press(step, label, { foh: "choose", label, option });
      }
    },
    async key(step) {
      await sleep(PAUSE_MS / 2);
      const told = await press(step, step.key, { foh: "key", key: step.key });
      if (step.key !== "Enter") return;
      taps += 1;
      for (let waited = 0; waited < 2000 && on(step).told === told; waited += 20) await sleep(20);
    },
    async hear(step) {
      for (let keys = 0; keys < 60; keys += 1) {
        await sleep(PAUSE_MS / 4);
        await press(step, "key", { foh: "key", key: "ArrowDown" });
        if (says(on(step).pressed.heard, step.hear)) return;
      }
      throw new Failed(`“${step.hear}” is not read out`);
    },
    async untick(step) {
      await sleep(PAUSE_MS / 2);
      await press(step, step.untick, { foh: "untick", name: step.untick });
      taps += 1;
    },
    async wait(step) {
      if (elsewhere(step)) {
        return until(
          step,
          async () => {
            if (says(said[step.on] ?? "", step.wait)) return true;
            await hand(step, { look: true });
            return says(said[step.on], step.wait);
          },
          () => `${step.on} says: ${said[step.on].slice(0, 300)}`,
        );
      }
      const screen = on(step);
      await until(
        step,
        () => {
          tell(screen, { foh: "words" });
          return says(screen.words, step.wait);
        },
        () => `${step.on || "kiosk"} says: ${screen.words.slice(0, 300)}`,
      );
    },
    async verdict(step) {
      const screen = on(step);
      const showed = () => screen.showed.filter((one) => one.shown > (seen[step.on] || 0));
      await until(
        step,
        () => {
          tell(screen, { foh: "words" });
          return showed().some((one) => says(one.words, step.verdict));
        },
        () => `${step.on} showed ${showed().map((one) => one.words.slice(0, 300)).join(" / ")}, says ${screen.words.slice(0, 200)}`,
      );
      seen[step.on] = Math.max(...showed().map((one) => one.shown));
      await sleep(PAUSE_MS * 1.5);
    },
    slips: (step) =>
      until(
        step,
        async () => (await slips()).length - slipsBefore >= step.slips,
        async () => `${(await slips()).length - slipsBefore} slips came out`,
      ),
    async mail(step) {
      await until(
        step,
        async () => {
          const { letters } = await get("/mailbox");
          const about = async (one) =>
            !step.order || (await get(`/mailbox/${one.n}`)).text.replaceAll("-", "").includes(step.order);
          let letter;
          for (const one of letters) {
            if (says(`${one.to} ${one.subject}`, step.mail) && (await about(one))) {
              letter = one;
              break;
            }
          }
          if (letter) facts = { ...facts, letter };
          return letter;
        },
        () => "no such letter came",
      );
    },
    async show(step) {
      await sleep(PAUSE_MS);
      const shown = { ...step.show };
      if ("slip" in shown) shown.slip = await slip(shown.slip);
      if (step.to !== "kiosk") {
        const radio = document.querySelector(`input[name="door"][value="${step.to.slice(-1)}"]`);
        if (radio) radio.checked = true;
      }
      seen[step.to] = Number((await lastScan(step.to, -1)).id || 0);
      marks.show = performance.now();
      await post(`/cameras/${step.to}/show`, shown);
    },
    async arrivals(step) {
      const began = performance.now();
      const reading = {};
      const isLetIn = async (door, before) => {
        let last = {};
        await until(
          step,
          async () => {
            last = await lastScan(door, -1);
            return Number(last.id || 0) > before;
          },
          () => `no answer at ${door}`,
        );
        if (last.kind !== "go") throw new Failed(`${door} answered ${JSON.stringify(last)}`);
      };
      for (let ticket = 1; ticket <= step.arrivals; ticket += 1) {
        const door = step.at[ticket % step.at.length];
        if (door in reading) await isLetIn(door, reading[door]);
        reading[door] = Number((await lastScan(door, -1)).id || 0);
        await post(`/cameras/${door}/show`, { mail: facts.letter.n, ticket });
      }
      for (const [door, before] of Object.entries(reading)) {
        await isLetIn(door, before);
        await post(`/cameras/${door}/clear`, {});
      }
      came += step.arrivals;
      took_ms += performance.now() - began;
      measures.arrivals_a_minute = Math.round((60000 * came) / took_ms);
    },
    clear: (step) => post(`/cameras/${step.clear}/clear`, {}),
    take: async (step) => post(`/printer/slips/${await slip(step.take)}/take`, {}),
    printer: (step) => post("/printer/faults", step.printer),
    refill: () => post("/printer/refill", {}),
    terminal: (step) =>
      post("/terminal/next", human ? { ...step.terminal, tap_s: Math.max(1.5, step.terminal.tap_s || 0), think_s: Math.max(0.8, step.terminal.think_s || 0) } : step.terminal),
    cut: (step) => post(`/network/${step.cut}`, { [step.way || "up"]: false }),
    mend: (step) => post(`/network/${step.mend}`, { up: true, there: true, back: true }),
    pull: (step) => post(`/plug/${step.pull}/pull`, {}),
    async back(step) {
      await post(`/plug/${step.back}/back`, {});
      if (step.back !== "ledger" && !frames[step.back]) return;
      await until(
        step,
        async () => (await get("/figures")).answering[step.back],
        () => `${step.back} does not answer`,
      );
      const screen = frames[step.back];
      if (screen) screen.frame.src = `${screen.home}${step.back === "kiosk" ? "/" : "/door"}`;
    },
    clock: (step) => post("/clock", step.clock),
    async ledger(step) {
      let now = {};
      await until(
        step,
        async () => {
          const { ledger } = await get("/figures");
          now = counted(ledger);
          return (
            ledger &&
            Object.entries(step.ledger).every(
              ([key, value]) => (now[key] || 0) - (before[key] || 0) === value,
            )
          );
        },
        () => `the ledger says ${JSON.stringify(now)}, before ${JSON.stringify(before)}`,
      );
    },
    async charging(step) {
      let attempt = null;
      await until(
        step,
        async () => {
          ({ attempt } = await get("/terminal"));
          return attempt !== null && attempt.state === step.charging;
        },
        () => `the terminal's attempt: ${JSON.stringify(attempt)}`,
      );
    },
    async own(step) {
      const name = step.on ?? "kiosk";
      let owned = 0;
      await until(
        step,
        async () => {
          const { kiosks } = await get("/figures");
          owned = kiosks[name]?.own_seats ?? 0;
          return owned >= step.own;
        },
        () => `${name} owns ${owned} seats`,
      );
    },
    async sold(step) {
      let seats = [];
      await until(
        step,
        async () => {
          const { kiosks } = await get("/figures");
          seats = (kiosks.kiosk?.sold ?? []).slice(soldBefore);
          return seats.length >= step.sold;
        },
        () => `the kiosk sold ${seats.join(", ")}`,
      );
      facts = { ...facts, sold: seats };
    },
    async copied(step) {
      let wanted = [];
      await until(
        step,
        async () => {
          const { ledger, kiosks } = await get("/figures");
          wanted = ledger?.copied?.[step.copied] ?? [];
          const kept = kiosks[step.on ?? "kiosk"]?.copies ?? [];
          return wanted.length > 0 && wanted.every((one) => kept.includes(one));
        },
        () => `of ${step.copied} the ledger sealed ${JSON.stringify(wanted)}`,
      );
    },
    line: (step) =>
      until(
        step,
        async () => {
          const { kiosk } = await get("/figures");
          return Boolean(kiosk) && kiosk.linked === (step.line === "up");
        },
        () => `the line is not ${step.line}`,
      ),
    async ready(step) {
      let found = {};
      await until(
        step,
        async () => {
          const { kiosks } = await get("/figures");
          found = kiosks[step.ready] ?? {};
          return found.linked && !found.wanted_seats && !found.printing.length;
        },
        () => `${step.ready} is not ready: ${JSON.stringify(found)}`,
      );
    },
    async invariants(step) {
      // What an earlier story broke on purpose is not this one's fault.
      const well = (lamp) =>
        lamp.state === "ok" || (lamp.broken > 0 && lamp.broken <= (brokenBefore[lamp.name] ?? 0));
      let wrong = [];
      await until(
        step,
        async () => {
          const { lamps } = await get("/figures");
          wrong = lamps.filter((lamp) => !well(lamp));
          return !wrong.length;
        },
        () => JSON.stringify(wrong),
      );
    },
    mark: async (step) => {
      marks[step.mark] = performance.now();
    },
    measure: async (step) => {
      measures[step.measure] = Math.round(performance.now() - marks[step.since]);
    },
  };

  const filled = (value) => {
    const fact = (path) => path.split(".").reduce((found, part) => found[part], facts);
    if (typeof value === "string" && value.startsWith("$")) return fact(value.slice(1));
    if (typeof value === "string") return value.replace(/{([a-z][a-z_.0-9]*)}/g, (_, path) => fact(path));
    if (Array.isArray(value)) return value.map(filled);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, filled(entry)]));
    }
    return value;
  };

  // What the onlooker reads while it plays.
  const aloud = {
    press: (step) => `${step.on === "office" ? "The box office presses" : "Press"} “${step.press}”`,
    key: (step) => `The key ${step.key}`,
    hear: (step) => `Press Down until “${step.hear}” is heard`,
    arrivals: (step) => `${step.arrivals} people arrive`,
    clock: () => "The clocks jump",
    type: (step) => Object.entries(step.type).map(([label, text]) => `${label}: ${text}`).join(", "),
    untick: (step) => `Leave out ${step.untick}`,
    show: (step) => `Hold it before ${title[step.to]}`,
    slips: () => "The tickets come out",
    mail: () => "A letter arrives",
    pull: (step) => `Pull the plug: ${step.pull}`,
    back: (step) => `Put the plug back: ${step.back}`,
    cut: (step) => `Cut: ${step.cut}${step.way ? ` (${step.way})` : ""}`,
    mend: (step) => `Mend: ${step.mend}`,
    printer: () => "Trouble at the printer",
    refill: () => "A new roll of paper",
    ledger: () => "Is it in the ledger?",
    invariants: () => "Does everything agree?",
    verdict: (step) => `${title[step.on]} answers`,
  };

  // Somebody may have broken something by hand, and what waited for that prints first: its
  // paper is not this story's. What stays broken is said in a sentence.
  const MOST_REST_S = 60;
  const prepare = async () => {
    window.lobbySay("The lobby is made ready");
    const { restarted } = await post("/scenarios/start", {});
    const left = ({ answering, kiosks, unsent_events }) => {
      const kiosk = kiosks.kiosk;
      const off = restarted.find((one) => one in answering && !answering[one]);
      if (off) return `${title[off] ?? "the ledger"} does not answer; its plug was out, and is in again`;
      if (!kiosk) return "";
      if (kiosk.printing.length) return "the kiosk still has paper of an earlier guest to print: see to it under Staff, Tickets owed";
      if (!kiosk.linked) return "the kiosk does not hear the ledger";
      return unsent_events ? "the ledger has not heard everything of before" : "";
    };
    // A payment left in doubt becomes a sale once its terminal speaks again, which it does now.
    const doubt = ({ kiosks }) =>
      Object.values(kiosks).some((one) => (one.intents ?? []).some(({ state }) => state === "unknown"));
    let trouble = "";
    for (const end = performance.now() + 1000 * MOST_REST_S; performance.now() < end; await sleep(LOOK_MS)) {
      const told = await get("/figures");
      trouble = left(told);
      if (!trouble && !doubt(told)) break;
    }
    if (trouble) throw new Failed(trouble);
    for (const one of restarted) {
      if (frames[one]) frames[one].frame.src = `${frames[one].home}${one === "kiosk" ? "/" : "/door"}`;
    }
  };

  const play = async () => {
    await prepare();
    const told = await get(`/scenarios/${name}`);
    facts = told.facts;
    slipsBefore = (await slips()).length;
    const { ledger, lamps, kiosks } = await get("/figures");
    soldBefore = (kiosks.kiosk?.sold ?? []).length;
    before = counted(ledger);
    brokenBefore = Object.fromEntries(lamps.map((lamp) => [lamp.name, lamp.broken]));
    delete before.journal_sum;
    const began = performance.now();
    let place = 0;
    let why = "";
    let stopped = "";
    let broken = [];
    for (const step of told.steps) {
      place += 1;
      const verb = Object.keys(verbs).find((one) => one in step);
      if (aloud[verb]) window.lobbySay(aloud[verb](filled(step)));
      try {
        await verbs[verb](filled(step));
        for (const [breaks, heals] of Object.entries({ cut: "mend", pull: "back" })) {
          if (step[breaks]) broken.push({ [heals]: step[breaks] });
          if (step[heals]) broken = broken.filter((one) => one[heals] !== step[heals]);
        }
      } catch (trouble) {
        why = `step ${place} (${JSON.stringify(step)}): ${trouble.message}`;
        const doing = aloud[verb] ? aloud[verb](filled(step)) : verb;
        stopped = `This story stopped at step ${place} of ${told.steps.length}, "${doing}": ${trouble.message}.`;
        break;
      }
    }
    // A story that stops half-way leaves no cable cut and no plug out.
    for (const step of broken) await verbs[Object.keys(step)[0]](step).catch(() => {});
    if (broken.length) stopped += " What it had cut or pulled is mended.";
    const seconds = (performance.now() - began) / 1000;
    window.lobbySay(why ? stopped : `${told.title}. Done in ${seconds.toFixed(1)} s.`, Boolean(why));
    Object.assign(document.body.dataset, {
      why,
      taps: String(taps),
      measures: JSON.stringify(measures),
      result: why ? "failed" : "passed",
    });
  };

  window.addEventListener("load", () => {
    play().catch((trouble) => {
      window.lobbySay(`It stopped: ${trouble.message}`);
      Object.assign(document.body.dataset, { why: trouble.message, result: "failed" });
    });
  });
})();
