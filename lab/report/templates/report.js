// The page of a run that is over: its data is embedded.
(() => {
  "use strict";
  const data = look.embedded();
  const drawn = charts(data);
  moment(data, drawn.point);
  look.start(drawn.draw, drawn.ready);
})();
