// The API server asked directly, without the client library's calls and models: plain HTTPS with the kubeconfig's credentials.
import https from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';

export interface RawObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export class Refused extends Error {
  readonly status: number;
  constructor(status: number, at: string) {
    super(`${at} answered ${status}`);
    this.status = status;
  }
}

export class RawApi {
  readonly server: string;
  private readonly config = new KubeConfig();

  constructor(file: string) {
    this.config.loadFromFile(file);
    this.server = this.config.getCurrentCluster()?.server ?? '';
  }

  async get(at: string): Promise<Record<string, unknown>> {
    const options: https.RequestOptions = {};
    await this.config.applyToHTTPSOptions(options);
    return new Promise((resolve, reject) => {
      const request = https.get(new URL(at, `${this.server.replace(/\/$/, '')}/`).href, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          if (response.statusCode !== 200) return reject(new Refused(response.statusCode ?? 0, at));
          resolve(JSON.parse(Buffer.concat(chunks).toString()));
        });
        response.on('error', reject);
      });
      request.setTimeout(30_000, () => request.destroy(new Error(`${at}: no answer in 30 s`)));
      request.on('error', reject);
    });
  }

  /** Every object of a list. @param at `api/v1/pods` */
  async list(at: string, query = ''): Promise<RawObject[]> {
    const items: RawObject[] = [];
    let next = '';
    do {
      const more = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
      const page = await this.get(`${at}?limit=250${query}${more}`);
      items.push(...((page['items'] as RawObject[] | undefined) ?? []));
      next = (page['metadata'] as { continue?: string } | undefined)?.continue ?? '';
    } while (next !== '');
    return items;
  }
}

export const idOf = ({ metadata }: RawObject): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
