// Shows the lab as soon as there is one.
(() => {
  "use strict";
  const source = new EventSource("/live");
  source.addEventListener("hello", () => location.reload());
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) {
      document.getElementById("waiting").textContent = "This page's server has ended. Start it again: lab watch --web";
    }
  });
})();
