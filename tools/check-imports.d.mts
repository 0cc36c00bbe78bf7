export interface Import {
  specifier: string;
  typeOnly: boolean;
  line: number;
}
export interface Debt {
  from: string;
  to: string;
  why: string;
}
export function importsOf(source: string): Import[];
export function checkImports(root: string, known?: Debt[]): { files: number; violations: string[] };
