/** The browser's address bar: where we are, and how to go elsewhere without loading a page. */
export const addressBar = {
  get path(): string {
    return location.pathname;
  },
  push: (path: string): void => history.pushState(null, "", path),
  onPop: (listener: () => void): void => addEventListener("popstate", listener),
};
