/** What kind of device this is, for hints about what no page can see. By what it can do, not by what it calls itself. */
export function readDeviceKind(): "computer" | "phone" | "iphone" {
  const hasFingersAlone = matchMedia("(pointer: coarse) and (hover: none)").matches;
  if (!hasFingersAlone) return "computer";
  // WebKit's property for the menu of a long press: iPhones and iPads alone have it.
  return CSS.supports("-webkit-touch-callout", "none") ? "iphone" : "phone";
}
