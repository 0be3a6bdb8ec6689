// The recipients' pages: a link's secret leaves the address, and a page of what
// was handed over clears as soon as it may not be read any more. What can't be
// asked whether it still may is not shown either.
(() => {
  "use strict";
  // A page from the browser's memory may show what was taken back.
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });

  // The secret stands behind #, which browsers send nobody. It leaves the address
  // at once, and reaches us only when somebody presses.
  const entrance = document.querySelector("form[data-fragment]");
  if (entrance && location.hash.length > 1) {
    entrance.elements.key.value = location.hash.slice(1);
    document.getElementById("typed").hidden = true;
    document.querySelectorAll("a[data-tongue]").forEach((a) => { a.hash = location.hash; });
    history.replaceState(null, "", location.pathname + location.search);
    entrance.elements.digits.focus();
  }

  const main = document.querySelector("main[data-news]");
  if (!main) return;
  const at = main.dataset.news;
  const quiet = { headers: { "X-Quiet": "1" }, cache: "no-store" };
  const soon = 500, late = 20000, often = 10000;
  let over = false, up = false, polling = false, tries = 0, failed = 0, heard = Date.now(), looking = null, again = false;

  const cover = (on) => {
    const what = document.getElementById("released"), instead = document.getElementById("covered");
    if (!what || !instead) return;
    what.hidden = on;
    instead.hidden = !on;
  };
  const leave = () => {
    over = true;
    main.replaceChildren();
    location.replace("/p/sign-in?ended=1");
  };
  const writing = () => [...main.querySelectorAll("textarea")].some((t) => t.value !== t.defaultValue) ||
    [...main.querySelectorAll("input[type=radio]")].some((r) => r.checked !== r.defaultChecked);

  const get = async (path, patience) => {
    const r = await fetch(path, { ...quiet, signal: AbortSignal.timeout(patience) });
    if (r.status === 401) { leave(); throw new Error("ended"); }
    return r;
  };

  // look fetches the page anew. While that takes longer than a moment, nothing is
  // shown.
  const look = () => {
    if (looking) { again = true; return looking; }
    looking = (async () => {
      const slow = setTimeout(() => cover(true), soon);
      try {
        const r = await get(at, often);
        if (r.status !== 200 && r.status !== 410 && r.status !== 404) throw new Error(String(r.status));
        const page = new DOMParser().parseFromString(await r.text(), "text/html").getElementById("main");
        heard = Date.now();
        failed = 0;
        clearTimeout(slow);
        if (r.status !== 200 || !writing()) {
          main.replaceChildren(...page.childNodes);
          main.dataset.state = page.dataset.state || "ended";
        } else {
          main.dataset.state = page.dataset.state; // what is being written stays
          document.getElementById("changed").hidden = false;
          cover(false);
        }
        if (r.status !== 200) { over = true; socket.close(); scrollTo(0, 0); }
      } catch {
        if (!over) cover(true); // until it is known that it may be shown
      } finally {
        clearTimeout(slow);
        looking = null;
      }
      if (again && !over) { again = false; await look(); }
    })();
    return looking;
  };

  // ask tells whether anything changed; with wait it hears of it when it does.
  const ask = async (wait) => {
    try {
      const r = await get(at + "/news?state=" + main.dataset.state + (wait ? "&wait=1" : ""), wait ? 35000 : often);
      if (r.status === 200) { await look(); return true; }
      if (r.status !== 204) throw new Error(String(r.status));
      heard = Date.now();
      failed = 0;
      if (!looking && document.getElementById("covered") && !document.getElementById("covered").hidden) await look();
      return true;
    } catch {
      if (++failed > 2) cover(true); // one lost request is no lost house
      return false;
    }
  };
  const poll = async () => {
    if (polling) return;
    polling = true;
    while (!up && !over) {
      if (!await ask(true)) await new Promise((go) => setTimeout(go, 2000));
    }
    polling = false;
  };
  setInterval(() => {
    if (over) return;
    if (up) ask(false);
    else if (Date.now() - heard > late + 35000) cover(true);
    if (up && Date.now() - heard > late) cover(true);
  }, often);
  addEventListener("offline", () => { if (!over) cover(true); });
  addEventListener("online", () => { if (!over) look(); });
  document.addEventListener("visibilitychange", () => { if (!over && !document.hidden) ask(false); });

  let socket;
  const open = () => {
    if (over) return;
    socket = new WebSocket(location.origin.replace(/^http/, "ws") + at + "/bell");
    socket.onopen = () => { tries = 0; up = true; ask(false); }; // what was missed meanwhile
    socket.onmessage = () => { if (!over) look(); };
    socket.onclose = (e) => {
      up = false;
      if (over) return;
      if (e.code === 4401) { leave(); return; }
      tries++;
      poll();
      setTimeout(open, Math.min(30000, 500 * Math.pow(2, tries)) * (0.5 + Math.random() / 2));
    };
  };
  open();
})();
