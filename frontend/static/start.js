// The questions before the first message, one after the other without asking
// the server between them. What was answered stands in the form that is sent
// at the end, in this page's memory, and nowhere else.
(() => {
  "use strict";
  const main = document.getElementById("main");
  const rest = [...main.querySelectorAll("template")];
  if (!rest.length || !("SubmitEvent" in window) || !("submitter" in SubmitEvent.prototype)) return;
  rest.forEach((t) => t.remove());

  // shown are the steps so far: what each looks like, and which of rest it is.
  const shown = [{ nodes: [...main.childNodes], of: -1 }];
  let here = 0;
  const show = (n) => {
    shown[here].nodes = [...main.childNodes];
    here = n;
    main.textContent = "";
    main.append(...shown[n].nodes);
    dispatchEvent(new Event("step"));
    scrollTo(0, 0);
    main.querySelector("h1").focus({ preventScroll: true }); // who cannot see it hears the question
  };

  // follows is the step after one, for who speaks a language.
  const follows = (of, speaks) => {
    for (let n = of + 1; n < rest.length; n++) {
      if (!(rest[n].dataset.unless || "").split(" ").includes(speaks)) return n;
    }
    return -1;
  };

  main.addEventListener("submit", (e) => {
    const form = e.target, pressed = e.submitter;
    if (!pressed) return;
    if (pressed.name === "undo") {
      if (here > 0) { e.preventDefault(); history.back(); }
      return;
    }
    const given = new FormData(form);
    given.delete("undo");
    given.append(pressed.name, pressed.value);
    if (given.has("chosen")) { given.set("tongue", given.get("other")); given.delete("chosen"); }
    given.delete("other");
    const of = follows(shown[here].of, given.get("tongue") || document.documentElement.lang);
    if (of < 0) return; // the last answer leads on to a page of its own
    e.preventDefault();
    const step = rest[of].content.cloneNode(true);
    for (const [name, value] of given) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      step.querySelector("form").append(field);
    }
    shown.length = here + 1;
    shown.push({ nodes: [...step.childNodes], of });
    history.pushState(here + 1, "");
    show(here + 1);
  });
  addEventListener("popstate", (e) => {
    const n = e.state || 0;
    if (n !== here && n < shown.length) show(n);
  });
})();
