// The option `-d, --decode-as` of the commands that read captures: what the user says about ports, in tshark's words.
import { InvalidArgumentError, Option } from 'commander';
import { type DecodeAsRule, parseDecodeAs } from '../../parsers/wire/decode-as.ts';

export interface DecodeAsOptions {
  readonly decodeAs?: readonly DecodeAsRule[];
}

export function decodeAsOption(): Option {
  return new Option(
    '-d, --decode-as <rule>',
    'read a port as a protocol: tcp.port==8888,http; may be given several times',
  ).argParser((text: string, before: readonly DecodeAsRule[] = []): DecodeAsRule[] => {
    const parsed = parseDecodeAs(text);
    if (!parsed.ok) throw new InvalidArgumentError(parsed.message);
    return [...before, parsed.rule];
  });
}
