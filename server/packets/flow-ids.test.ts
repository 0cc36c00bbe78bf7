import { expect, test } from 'vitest';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { Capture } from './capture.ts';
import { FlowIds } from './flow-ids.ts';
import { FrameFile } from './frame-file.ts';

const capture = (path: string) =>
  new Capture(path, new CaptureIndexer().index, new FrameFile({ readAt: () => 0, close: () => undefined }));

test('ids are handed out in the order they are asked for, and lead back, while captures grow side by side', () => {
  const [a, b] = [capture('a'), capture('b')];
  const ids = new FlowIds();
  expect(ids.idOf(a, 0, 2)).toBe(2);
  expect(ids.idOf(b, 1, 0)).toBe(3);
  expect(ids.idOf(a, 0, 4)).toBe(5);
  expect(ids.idOf(a, 0, 5)).toBe(6);
  expect([0, 1, 2, 3, 4, 5].map((local) => ids.idOf(a, 0, local))).toEqual([0, 1, 2, 4, 5, 6]);
  expect(
    [0, 2, 3, 4, 6].map((id) => ids.placeOf(id)).map((p) => [p?.capture.path, p?.captureNumber, p?.local]),
  ).toEqual([
    ['a', 0, 0],
    ['a', 0, 2],
    ['b', 1, 0],
    ['a', 0, 3],
    ['a', 0, 5],
  ]);
  expect([7, -1, 0.5].map((id) => ids.placeOf(id))).toEqual([null, null, null]);
  ids.forget();
  expect(ids.placeOf(0)).toBeNull();
});
