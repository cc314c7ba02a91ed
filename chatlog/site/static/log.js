"use strict";
// Filters the index as one types, shows times in the reader's zone beside UTC,
// and reports a link to a message that is not on the page. Pages work without.
(function () {
  const main = document.querySelector("main");
  const plain = function (text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  };

  const box = document.getElementById("filter");
  if (box) {
    const words = document.getElementById("words");
    const shown = document.getElementById("shown");
    const rooms = Array.from(document.querySelectorAll(".rooms li"), function (li) {
      return { li: li, text: plain(li.firstElementChild.textContent) };
    });
    const filter = function () {
      const terms = plain(words.value).split(/\s+/).filter(Boolean);
      let n = 0;
      for (const room of rooms) {
        room.li.hidden = !terms.every(function (t) { return room.text.includes(t); });
        if (!room.li.hidden) n++;
      }
      for (const section of document.querySelectorAll("main section")) {
        section.hidden = !section.querySelector(".rooms li:not([hidden])");
      }
      shown.textContent = terms.length ? n + " of " + rooms.length + " rooms" : "";
    };
    box.hidden = false;
    words.addEventListener("input", filter);
    filter(); // a browser may keep what was typed before
  }

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const times = document.querySelectorAll(".lines .time time, h2 time");
  if (times.length && zone && zone !== "UTC") {
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
    const day = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
    const utcDay = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" });
    const button = document.createElement("button");
    let on = false;
    const show = function () {
      button.setAttribute("aria-pressed", String(on));
      for (const old of document.querySelectorAll(".local")) old.remove();
      if (!on) return;
      for (const time of times) {
        const at = new Date(time.dateTime);
        const span = document.createElement("span");
        const other = day.format(at) === utcDay.format(at) ? "" : day.format(at) + " ";
        span.className = "local note";
        span.textContent = other + clock.format(at) + " ";
        if (time.parentNode.tagName === "H2") {
          span.textContent = ", " + other + clock.format(at) + " " + zone;
          time.parentNode.append(span);
        } else {
          time.closest("li").querySelector("div").prepend(span);
        }
      }
    };
    button.type = "button";
    button.textContent = "Show times of " + zone + " too";
    button.addEventListener("click", function () {
      on = !on;
      try { localStorage.setItem("zone", on ? "own" : ""); } catch { /* it is not kept then */ }
      show();
    });
    try { on = localStorage.getItem("zone") === "own"; } catch { /* nothing is kept */ }
    show();
    document.querySelector("header").append(button);
  }

  const look = function () {
    const old = document.getElementById("lost");
    if (old) old.remove();
    if (location.hash.startsWith("#m-") && !document.getElementById(location.hash.slice(1))) {
      const p = document.createElement("p");
      p.id = "lost";
      p.className = "warn";
      p.setAttribute("role", "status");
      p.textContent = "The message of this link is not on this page.";
      main.prepend(p);
      p.scrollIntoView();
    }
  };
  window.addEventListener("hashchange", look);
  look();
})();
