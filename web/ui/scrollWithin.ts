// scrollIntoView scrolls every ancestor, the page's panes too; this scrolls the one pane.
export function scrollWithin(
  pane: Element | null | undefined,
  element: Element | null | undefined,
  where: 'center' | 'nearest',
): void {
  if (!pane || !element) return;
  const [outer, inner] = [pane.getBoundingClientRect(), element.getBoundingClientRect()];
  const above = inner.top - outer.top;
  const below = inner.bottom - outer.bottom;
  if (where === 'center') pane.scrollTop += above - (outer.height - inner.height) / 2;
  else if (above < 0) pane.scrollTop += above;
  else if (below > 0) pane.scrollTop += below;
}
