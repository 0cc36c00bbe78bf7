// A windowed list of rows of one height, exact at ten million rows (see scaledScroll.ts). Keyboard and ARIA of a grid: the
// list has the focus, the active row is named by aria-activedescendant.
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { gridBody } from './gridRoles.ts';
import styles from './ScaledList.module.css';
import {
  clampOffset,
  type Extent,
  listKeyOf,
  movedRow,
  offsetOfScroll,
  offsetShowing,
  type RowWindow,
  rowsAt,
  scaleOf,
  scrollOfOffset,
} from './scaledScroll.ts';

export interface ScaledListHandle {
  focus: () => void;
  show: (row: number) => void;
}

interface Props {
  id: string;
  label: string;
  rowCount: number;
  rowHeight: number;
  columnCount: number;
  header: ReactNode;
  headerHeight: number;
  activeRow: number | null;
  onActivate: (row: number) => void;
  onOpen?: (row: number) => void;
  onWindow?: (rows: RowWindow) => void;
  renderRow: (row: number) => ReactNode;
  handle?: Ref<ScaledListHandle>;
  /** Keeps the last row in view while rows are added. */
  follow?: boolean;
  /** The person scrolled away from the end, or came back to it. */
  onFollow?: (follow: boolean) => void;
}

const noRows: RowWindow = { first: 0, end: 0, shift: 0 };

export function ScaledList(props: Props) {
  const { id, rowCount, rowHeight, headerHeight, activeRow, onActivate, onOpen, onWindow, renderRow } = props;
  const { follow = false, onFollow } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const offset = useRef(0);
  const ownScrollTop = useRef(-1);
  const [height, setHeight] = useState(0);
  const [, redraw] = useState(0);
  const viewport = Math.max(0, height - headerHeight);
  const extent: Extent = { rowCount, rowHeight, viewport, header: headerHeight };
  const scale = scaleOf(extent);
  const latest = useRef({ extent, scale, follow, onFollow });
  latest.current = { extent, scale, follow, onFollow };

  const moveTo = useCallback((wanted: number) => {
    const { scale } = latest.current;
    const next = clampOffset(scale, wanted);
    const element = scroller.current;
    if (element !== null) {
      element.scrollTop = scrollOfOffset(scale, next);
      ownScrollTop.current = element.scrollTop;
    }
    offset.current = next;
    redraw((n) => n + 1);
  }, []);

  /** After a move by the person: at the end means to stay there. */
  const moved = useCallback(() => {
    const { scale, extent, follow, onFollow } = latest.current;
    const atEnd = offset.current >= scale.maxOffset - extent.rowHeight / 2;
    if (atEnd !== follow) onFollow?.(atEnd);
  }, []);

  const show = useCallback(
    (row: number) => {
      const { extent } = latest.current;
      const next = offsetShowing(extent, offset.current, row);
      const jump = Math.abs(next - offset.current) > extent.viewport;
      if (next !== offset.current) moveTo(jump ? row * extent.rowHeight - extent.viewport / 2 : next);
    },
    [moveTo],
  );

  useImperativeHandle(props.handle, () => ({ focus: () => scroller.current?.focus(), show }), [show]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    setHeight(element.clientHeight);
    return () => observer.disconnect();
  }, []);

  // The list shrank (a new filter), or grew: keep the offset inside, and the thumb where the offset is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the geometry changes, reads it through the ref
  useLayoutEffect(() => {
    if (viewport > 0) moveTo(follow ? latest.current.scale.maxOffset : offset.current);
  }, [rowCount, viewport, follow, moveTo]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      if (latest.current.scale.ratio <= 1 || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const unit =
        event.deltaMode === 0
          ? 1
          : event.deltaMode === 1
            ? latest.current.extent.rowHeight
            : latest.current.extent.viewport;
      moveTo(offset.current + event.deltaY * unit);
      moved();
    };
    let touchY = 0;
    const onTouchStart = (event: TouchEvent) => {
      touchY = event.touches[0]?.clientY ?? 0;
    };
    const onTouchMove = (event: TouchEvent) => {
      if (latest.current.scale.ratio <= 1) return;
      event.preventDefault();
      const y = event.touches[0]?.clientY ?? touchY;
      moveTo(offset.current + touchY - y);
      moved();
      touchY = y;
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('touchstart', onTouchStart, { passive: true });
    element.addEventListener('touchmove', onTouchMove, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('touchstart', onTouchStart);
      element.removeEventListener('touchmove', onTouchMove);
    };
  }, [moveTo, moved]);

  const onScroll = () => {
    const element = scroller.current;
    if (element === null || element.scrollTop === ownScrollTop.current) return;
    ownScrollTop.current = element.scrollTop;
    offset.current = offsetOfScroll(scale, element.scrollTop);
    redraw((n) => n + 1);
    moved();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && activeRow !== null && onOpen !== undefined) {
      event.preventDefault();
      onOpen(activeRow);
      return;
    }
    const key = listKeyOf(event.key);
    if (key === null || rowCount === 0) return;
    event.preventDefault();
    const row = movedRow(extent, activeRow, key);
    show(row);
    onActivate(row);
    moved();
  };

  const rows = viewport > 0 ? rowsAt(extent, clampOffset(scale, offset.current)) : noRows;
  useEffect(() => onWindow?.({ first: rows.first, end: rows.end, shift: 0 }), [onWindow, rows.first, rows.end]);

  const drawn: ReactNode[] = [];
  for (let row = rows.first; row < rows.end; row += 1) drawn.push(renderRow(row));
  const activeIsDrawn = activeRow !== null && activeRow >= rows.first && activeRow < rows.end;

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot be windowed; the grid role with counts and indexes says what it is
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rowCount + 1}
      aria-colcount={props.columnCount}
      aria-activedescendant={activeIsDrawn ? `${id}-${activeRow}` : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: scale.spacer }}>
        <div role="presentation" className={styles.pane} style={{ height }}>
          <div role="presentation" className={styles.header}>
            {props.header}
          </div>
          <div
            {...gridBody}
            className={styles.rows}
            style={{ transform: `translateY(${-rows.shift}px)`, height: viewport + rowHeight }}
          >
            {drawn}
          </div>
        </div>
      </div>
    </div>
  );
}
