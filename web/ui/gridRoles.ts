// Roles of a windowed grid. A <table> cannot be windowed by transform, so rows and cells say what they are; the grid itself
// has the focus and names its active row (ScaledList.tsx), which is why rows and cells are not focusable.
export const gridBody = { role: 'rowgroup' } as const;
export const gridCell = { role: 'gridcell' } as const;

export const gridRow = (id: string, index: number, active: boolean, onPointerDown: () => void) => ({
  role: 'row',
  id: `${id}-${index}`,
  'aria-rowindex': index + 2,
  'aria-selected': active,
  onPointerDown,
});

export const gridHeaderRow = { role: 'row', 'aria-rowindex': 1 } as const;

export const gridHeader = (sort?: 'ascending' | 'descending' | 'none') => ({ role: 'columnheader', 'aria-sort': sort });
