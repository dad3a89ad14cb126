// staff-chart.js: choose seats in the picture, walk the boxes with arrows, keep marks live.
// Without it the boxes and buttons do all the same.
(() => {
  "use strict";
  const form = document.getElementById("chart");
  const house = form && form.querySelector(".house");
  if (!house) return;
  const svg = house.querySelector("svg.chart");
  const why = document.getElementById("why");
  const chosen = document.getElementById("chosen");
  if (chosen) chosen.dataset.words = chosen.textContent;
  const boxes = new Map([...form.querySelectorAll("input[name=seat]")].map((box) => [box.value, box]));
  const drawn = new Map(svg ? [...svg.querySelectorAll("[data-seat]")].map((g) => [g.dataset.seat, g]) : []);

  const show = () => {
    let count = 0;
    for (const [seat, box] of boxes) {
      if (box.checked) count += 1;
      const g = drawn.get(seat);
      if (g) g.classList.toggle("chosen", box.checked);
    }
    if (chosen && count) chosen.textContent = count === 1 ? "1 seat chosen" : `${count} seats chosen`;
    else if (chosen && house.dataset.live) chosen.textContent = "No seat chosen.";
    else if (chosen) chosen.textContent = chosen.dataset.words;
  };

  // Why? The sentence of the seat that was touched last.
  let asked = "";
  const explain = async (seat) => {
    if (!why || !house.dataset.why || asked === seat) return;
    asked = seat;
    try {
      const answer = await fetch(house.dataset.why + encodeURIComponent(seat), { credentials: "same-origin" });
      if (!answer.ok || asked !== seat) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const said = page.getElementById("why");
      if (said) why.replaceChildren(...said.childNodes);
    } catch (_) {
      asked = "";
    }
  };

  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name === "row" || box.name === "row-all") {
      box.closest("fieldset").querySelectorAll("input[name=seat]").forEach((one) => { one.checked = box.checked; });
      box.checked = box.checked && false;
    } else if (box.name === "seat" && box.checked) {
      explain(box.value);
    }
    show();
  });

  // Arrows walk the boxes: left and right in the row, up and down to the nearest seat.
  const rows = [...form.querySelectorAll("fieldset.row")].map((row) => [...row.querySelectorAll("input[name=seat]")]);
  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (box.name !== "seat") return;
    const row = rows.findIndex((some) => some.includes(box));
    const place = rows[row].indexOf(box);
    let next = null;
    if (event.key === "ArrowRight") next = rows[row][place + 1];
    else if (event.key === "ArrowLeft") next = rows[row][place - 1];
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const there = rows[row + (event.key === "ArrowDown" ? 1 : -1)];
      const x = box.getBoundingClientRect().x;
      if (there) next = there.reduce((best, one) => (Math.abs(one.getBoundingClientRect().x - x) < Math.abs(best.getBoundingClientRect().x - x) ? one : best));
    } else if (event.key === "Enter") {
      event.preventDefault();
      form.querySelector("button.main")?.click();
      return;
    } else return;
    event.preventDefault();
    if (next) {
      next.focus();
      explain(next.value);
    }
  });
  // A Tab from the boxes leaves them: one box of the chart is in the tab order.
  const only = (box) => boxes.forEach((one) => { one.tabIndex = one === box ? 0 : -1; });
  if (boxes.size) only(boxes.values().next().value);
  form.addEventListener("focusin", (event) => { if (event.target.name === "seat") only(event.target); });

  if (svg) {
    const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const centres = new Map();
    for (const [seat, g] of drawn) {
      const box = g.firstElementChild;
      centres.set(seat, [+box.getAttribute("x") + box.getAttribute("width") / 2, +box.getAttribute("y") + box.getAttribute("height") / 2]);
    }
    let line = null;
    let points = [];
    let start = null;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      start = event;
      points = [at(event)];
      svg.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    svg.addEventListener("pointermove", (event) => {
      if (!start) return;
      if (!line && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < 6) return;
      if (!line) {
        line = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
        line.setAttribute("class", "lasso");
        svg.append(line);
      }
      points.push(at(event));
      line.setAttribute("points", points.map((p) => `${p.x},${p.y}`).join(" "));
    });
    const within = (x, y) => {
      let odd = false;
      for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
        const a = points[i], b = points[j];
        if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
      }
      return odd;
    };
    svg.addEventListener("pointerup", (event) => {
      if (!start) return;
      if (line) {
        for (const [seat, [x, y]] of centres) if (within(x, y)) boxes.get(seat).checked = !start.altKey;
        line.remove();
      } else {
        const touched = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-seat]");
        const box = touched && boxes.get(touched.dataset.seat);
        if (box) {
          box.checked = !box.checked;
          explain(box.value);
        }
      }
      line = start = null;
      show();
    });
  }

  // Marks follow the ledger, asked every few seconds; nothing changes, nothing is sent.
  let tag = `"${house.dataset.tag}"`;
  const follow = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(house.dataset.live, { headers: { "If-None-Match": tag }, credentials: "same-origin", cache: "no-store" });
      if (answer.status !== 200 || answer.redirected) return;
      tag = answer.headers.get("ETag") || tag;
      for (const [seat, [kind, letter]] of Object.entries(await answer.json())) {
        for (const mark of [boxes.get(seat)?.parentElement, drawn.get(seat)]) {
          if (!mark || mark.classList.contains(`m-${kind}`)) continue;
          mark.classList.remove(...[...mark.classList].filter((name) => name.startsWith("m-")));
          mark.classList.add(`m-${kind}`);
          mark.querySelector("b, text").textContent = letter;
        }
      }
    } catch (_) {
      // The line is down; the next round may do.
    }
  };
  if (house.dataset.live) setInterval(follow, 4000);
  show();
  if (chosen && house.dataset.live && !form.querySelector("input[name=seat]:checked")) chosen.textContent = "Choose seats: click or draw around them in the picture, or tick the boxes. Arrows walk, Space chooses, Enter sells.";
})();
