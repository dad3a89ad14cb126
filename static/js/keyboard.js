// keyboard.js: keys on the screen, because a kiosk has none. Letters that an order number never
// holds are not offered for it; a house's own words and numbers (MAY10, member 1001) hold any.
(() => {
  "use strict";
  const board = document.querySelector("[data-keyboard]");
  if (!board) return;
  const fields = [...document.querySelectorAll("input[data-keys]")];
  // A wide screen has room for eleven keys in a row. A name is found without its dots, too.
  const wide = matchMedia("(orientation: landscape)").matches;
  const NAME = ["QWERTYUIOPÅ", "ASDFGHJKLÆØ", wide ? "ZXCVBNM-'" : "ZXCVBNMÖÜ-'"];
  let field =
    fields.find((one) => one.ariaInvalid) || fields.find((one) => !one.value) || fields[0];

  // Four rows of keys of full height leave a small screen no room for how long the seats are
  // held: there digits have a page of their own, one key away.
  const small = matchMedia("(max-height: 600px) and (orientation: landscape)").matches;
  let digits = false;
  const ANY = [...NAME.slice(0, 2), "ZXCVBNM-"];
  const DIGITS = ["12345", "67890", "-"];

  // A password knows small and large letters, and signs.
  let large = false;
  const SECRET = ["qwertyuiop", "asdfghjkl-", "zxcvbnm."];
  const SIGNS = ["1234567890", "!?@#$%&*+=", "-_.,:;/"];
  const paged = (letters, others) => {
    if (small) return digits ? others : letters;
    return ["1234567890", ...letters];
  };
  const secretRows = () => paged(large ? SECRET.map((row) => row.toUpperCase()) : SECRET, SIGNS);
  const turn = () => {
    digits = !digits;
    draw();
  };
  const shift = () => {
    large = !large;
    draw();
  };

  const codeRows = () => {
    const letters = [...board.dataset.letters];
    const row = Math.ceil((letters.length + 1) / 3);
    return [0, 1, 2].map((n) => letters.slice(n * row, (n + 1) * row));
  };

  const key = (text, act, wide) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = text;
    if (wide) button.dataset.wide = "";
    button.addEventListener("click", act);
    return button;
  };

  const typed = (text) => {
    if (field.value.length < field.maxLength) field.value += text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const erase = () => {
    field.value = field.value.slice(0, -1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const boards = { code: codeRows, any: () => paged(ANY, DIGITS), password: secretRows, name: () => NAME };
  const draw = () => {
    const name = field.dataset.keys === "name";
    const secret = field.dataset.keys === "password";
    const turns = small && ["any", "password"].includes(field.dataset.keys);
    const rows = boards[field.dataset.keys]().map((row) => [...row]);
    const last = rows.length - 1;
    // Where they turn, they leave no more room for words than four rows would.
    board.classList.toggle("keys--tall", rows.length > 3 || turns);
    board.replaceChildren(
      ...rows.map((letters, n) => {
        const row = document.createElement("div");
        row.className = "keys__row";
        row.append(...letters.map((letter) => key(letter, () => typed(letter))));
        if (n === last) {
          const eraser = key("⌫", erase, !(name && wide));
          eraser.setAttribute("aria-label", board.dataset.erase);
          if (turns) row.append(key(digits ? "ABC" : "123", turn, true));
          if (secret && !(turns && digits)) row.append(key("⇧", shift));
          else if (name) {
            const blank = key("␣", () => typed(" "), !wide);
            blank.setAttribute("aria-label", board.dataset.space);
            row.append(blank);
          }
          row.append(eraser);
        }
        return row;
      }),
    );
    for (const one of fields) {
      one.closest(".field").classList.toggle("field--now", one === field);
    }
  };

  const toEnd = (one) => one.setSelectionRange(one.value.length, one.value.length);

  const open = () => {
    board.hidden = false;
    document.body.classList.add("typing");
  };

  // Our keys replace the browser's own: they would cover half of the screen.
  for (const one of fields) {
    one.inputMode = "none";
    // Keys write and erase at the end: the cursor stands there, too, once a touch has put it
    // where the finger is.
    one.addEventListener("click", () => toEnd(one));
    one.addEventListener("focus", () => {
      setTimeout(() => toEnd(one));
      if (field !== one) digits = false;
      field = one;
      open();
      draw();
    });
    // A number that is complete (data-full) leads on to what is asked next.
    one.addEventListener("input", () => {
      const plain = one.value.replace(/[^0-9A-Za-z]/g, "");
      const next = fields[fields.indexOf(one) + 1];
      if (next && plain.length === Number(one.dataset.full) && !next.value) next.focus();
    });
  }
  // All are needed; who presses too early is taken to the empty one, and told so.
  const said = document.querySelector(".collect__words");
  board.closest("form").addEventListener("submit", (event) => {
    const empty = fields.find((one) => !one.value.trim());
    // A pickup code has six characters (data-alone) and needs no name.
    const alone = Number(fields[0].dataset.alone);
    if (empty && !(empty === fields[1] && fields[0].value.trim().length === alone)) {
      event.preventDefault();
      event.stopPropagation();
      document.dispatchEvent(new CustomEvent("stayed", { detail: event.target }));
      if (said) {
        said.textContent = empty.dataset.missing;
        said.classList.add("collect__words--stop");
        said.setAttribute("role", "alert");
      }
      empty.focus();
    }
  });
  // Four rows of keys leave a wide screen room for what is wrong beside a single field; else it is
  // shown first there, and the keys come once a field is touched.
  const stopped = document.querySelector(".collect__words--stop");
  const beside = fields.length === 1 && innerHeight > 600;
  if (wide && stopped && !beside && fields.some((one) => ["any", "password"].includes(one.dataset.keys))) return;
  open();
  field.focus({ preventScroll: true });
  draw();
})();
