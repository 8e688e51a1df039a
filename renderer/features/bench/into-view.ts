/** What opens below what was chosen must not stay out of sight. A ref, so that it is done once. */
export function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}
