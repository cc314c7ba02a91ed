"use strict";
// Filters the index as one types, and says when a link's message is not here.
(function () {
  const box = document.getElementById("filter");
  const words = document.getElementById("words");
  if (box && words) {
    const rooms = Array.from(document.querySelectorAll(".rooms li"));
    const shown = document.getElementById("shown");
    box.hidden = false;
    words.addEventListener("input", function () {
      const terms = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0;
      for (const room of rooms) {
        const text = room.textContent.toLowerCase();
        room.hidden = !terms.every(function (t) { return text.includes(t); });
        if (!room.hidden) n++;
      }
      for (const section of document.querySelectorAll("main section")) {
        section.hidden = !section.querySelector(".rooms li:not([hidden])");
      }
      shown.textContent = terms.length ? n + " of " + rooms.length + " rooms" : "";
    });
  }
  const id = decodeURIComponent(location.hash.slice(1));
  if (id.startsWith("m-") && !document.getElementById(id)) {
    const p = document.createElement("p");
    p.className = "warn";
    p.setAttribute("role", "status");
    p.textContent = "The message of this link is not on this page.";
    document.querySelector("main").prepend(p);
  }
})();
