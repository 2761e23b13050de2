// The moment that the page shows: one second of the run, for the charts and the words.
//
//   const now = moment(data, (second) => ...);   called whenever another second is shown; null: none
//   now.changed()                                seconds were added to `data`
const moment = (data, shown) => {
  "use strict";
  const second = document.getElementById("second");
  const figures = document.getElementById("figures");

  const changed = () => {
    second.min = 0;
    second.max = data.said.length - 1;
  };
  second.addEventListener("input", () => {
    const number = second.valueAsNumber;
    figures.textContent = data.said[number] || "";
    shown(data.said[number] ? number : null);
  });
  changed();
  return { changed };
};
