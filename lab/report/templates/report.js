// The page of a run that is over: its data is embedded.
(() => {
  "use strict";
  const data = look.embedded();
  for (const needing of document.querySelectorAll("[data-script]")) needing.hidden = false;
  const drawn = charts(data, (second) => { now.stop(); now.go(second); });
  const picture = system(data);
  const now = moment(data, (second, view) => {
    drawn.point(second);
    picture.show(second, view);
  });
  const draw = () => {
    picture.draw();
    return drawn.draw();
  };
  look.start(draw, () => {
    drawn.ready();
    now.begin();
  });
})();
