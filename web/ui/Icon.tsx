// Line icons on a 16-px grid, drawn here: a dozen do not need a package.

const paths = {
  library: 'M2.5 4.5h4l1.2 1.5h5.8v6.5h-11zM2.5 4.5v8',
  pods: 'M8 2l5.2 3v6L8 14l-5.2-3V5zM2.8 5 8 8l5.2-3M8 8v6',
  packets: 'M2.5 4h1.2M6 4h7.5M2.5 8h1.2M6 8h7.5M2.5 12h1.2M6 12h4.5',
  flows: 'M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13',
  path: 'M2 8h3.5C8.5 8 7.5 4 10.5 4H14M12 2l2 2-2 2M5.5 8c3 0 2 4 5 4H12',
  findings: 'M8 2.2 14 13H2zM8 6.5v3M8 11.2v.1',
  statistics: 'M2.5 13.5h11M4 11.5v-4M7 11.5v-8M10 11.5V9M13 11.5V6',
  files: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.3 10.3 13.5 13.5',
  sun: 'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M12.8 9.6A5.3 5.3 0 0 1 6.4 3.2a5.3 5.3 0 1 0 6.4 6.4z',
  display: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  keys: 'M1.8 4.2h12.4v7.6H1.8zM4.2 6.6v0M6.8 6.6v0M9.2 6.6v0M11.8 6.6v0M5 9.4h6',
  upload: 'M8 10.5V3M5 5.7 8 2.7l3 3M2.7 10v3h10.6v-3',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.2 4.5l.6 8.5h6.4l.6-8.5M6.8 7v3.6M9.2 7v3.6',
  close: 'M4 4l8 8M12 4l-8 8',
  right: 'M6 3.5 10.5 8 6 12.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  up: 'M3.5 10 8 5.5 12.5 10',
  comment: 'M2.5 3h11v8H8l-3 2.5V11H2.5z',
  shark: 'M2.5 11.5c3-.2 4.2-3.6 4.4-8 3.6 1.2 5.6 4 5.9 8M1.8 13.2c1-.9 2-.9 3.1 0s2.1.9 3.1 0 2-.9 3.1 0 2.1.9 3.1 0',
  decode: 'M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4M9.2 3 6.8 13',
  check: 'M3 8.5 6.5 12 13 4.5',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
  pencil: 'M3 13l.6-2.8L11 2.8l2.2 2.2-7.4 7.4z',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  download: 'M8 2.7v7.8M5 7.5l3 3 3-3M2.7 10v3h10.6v-3',
  stop: 'M4.5 4.5h7v7h-7z',
  follow: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M3 13.5h10',
  info: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 7.3v3.6M8 5.1v.1',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
