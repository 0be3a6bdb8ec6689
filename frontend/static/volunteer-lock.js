// The screen locks after five minutes without a hand on it. What stands there is
// covered, not lost; the words bring it back.
(() => {
  "use strict";
  const lock = document.getElementById("locked"), main = document.getElementById("main");
  if (!lock || !main) return;
  const idle = Number(lock.dataset.idle) * 1000, often = 60000;
  let touched = Date.now(), said = Date.now(), locked = false;

  const cover = () => {
    if (locked) return;
    locked = true;
    main.inert = true;
    main.hidden = true;
    lock.hidden = false;
    lock.querySelector("input[type=password]").focus();
  };
  const uncover = () => {
    locked = false;
    touched = said = Date.now();
    main.inert = false;
    main.hidden = false;
    lock.hidden = true;
    lock.querySelector("form").reset();
    dispatchEvent(new Event("unlocked"));
  };
  addEventListener("locked", cover);

  // The house counts what reaches it; a hand that only types says so now and then.
  const touch = () => {
    if (locked) return;
    if (Date.now() - touched > idle) { cover(); return; } // the phone slept
    touched = Date.now();
    if (touched - said < often) return;
    said = touched;
    fetch("/b/here", { cache: "no-store" }).then((r) => { if (r.status === 401 || r.redirected) cover(); }).catch(() => { said = 0; });
  };
  ["pointerdown", "keydown", "input"].forEach((e) => addEventListener(e, touch, { passive: true, capture: true }));
  setInterval(() => { if (Date.now() - touched > idle) cover(); }, 1000);
  document.addEventListener("visibilitychange", () => { if (Date.now() - touched > idle) cover(); });
  // A page from the browser's memory may show what was locked.
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });

  // Another session proves other forms: theirs are taken from the same page, new.
  const renew = async () => {
    const r = await fetch(location.pathname + location.search, { cache: "no-store", headers: { "X-Quiet": "1" } });
    const page = new DOMParser().parseFromString(await r.text(), "text/html");
    const fresh = new Map();
    page.querySelectorAll('form input[name="proof"]').forEach((i) => fresh.set(i.form.getAttribute("action"), i.value));
    page.querySelectorAll("[data-proof]").forEach((i) => fresh.set(i.dataset.proof, i.value));
    document.querySelectorAll('form input[name="proof"]').forEach((i) => { i.value = fresh.get(i.form.getAttribute("action")) || i.value; });
    document.querySelectorAll("[data-proof]").forEach((i) => { i.value = fresh.get(i.dataset.proof) || i.value; });
  };
  const form = lock.querySelector("form"), wrong = document.getElementById("locked-wrong");
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    wrong.hidden = true;
    try {
      const r = await fetch(form.getAttribute("action"), { method: "POST", cache: "no-store", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)) });
      const a = await r.json();
      if (a.who === lock.dataset.who) { await renew(); uncover(); }
      else if (a.who) location.replace("/b"); // another's hand: nothing of the first is theirs
      else {
        if (a.ended) document.getElementById("locked-code").hidden = false; // the session is over: the code, too
        throw new Error(a.refused);
      }
    } catch (why) {
      wrong.querySelector("span").textContent = why instanceof TypeError ? lock.dataset.nonet : why.message || lock.dataset.nonet;
      wrong.hidden = false;
    }
    button.disabled = false;
  });
})();
