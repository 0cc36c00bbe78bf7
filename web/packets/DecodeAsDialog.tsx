// "Decode as": which ports of this case are read as which protocol. As Wireshark's dialog: field, value, default, current.
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { CaseDetail, DecodeAsChoices } from '../../api/schemas.ts';
import { api } from '../sources/client.ts';
import { queryClient, useDecodeAsChoices } from '../sources/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog, DialogTitle } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Failed, Loading } from '../ui/Notice.tsx';
import styles from './DecodeAsDialog.module.css';
import {
  type DecodeAsRow,
  likelyPort,
  type PacketPorts,
  portsOf,
  readAsDefault,
  rowOf,
  ruleOf,
} from './decodeAsRows.ts';

interface RowProps {
  row: DecodeAsRow;
  choices: DecodeAsChoices;
  ports: PacketPorts | null;
  onChange: (row: DecodeAsRow) => void;
  onRemove: () => void;
}

function RuleRow({ row, choices, ports, onChange, onRemove }: RowProps) {
  const offered = ports !== null && ports.transport === row.transport ? [ports.source, ports.destination] : [];
  return (
    <tr>
      <td>
        <select
          className={styles.input}
          aria-label="Field"
          value={row.transport}
          onChange={({ target }) =>
            onChange({ ...row, transport: target.value === 'udp' ? 'udp' : 'tcp', protocol: '' })
          }
        >
          <option value="tcp">TCP port</option>
          <option value="udp">UDP port</option>
        </select>
      </td>
      <td>
        <input
          className={styles.input}
          aria-label="Port or range of ports"
          placeholder="8080 or 5300-5310"
          list="decode-as-ports"
          autoComplete="off"
          spellCheck={false}
          value={row.ports}
          onChange={({ target }) => onChange({ ...row, ports: target.value })}
        />
        <datalist id="decode-as-ports">
          {offered.map((port, i) => (
            <option key={port} value={port}>
              {i === 0 ? 'source port of the packet' : 'destination port of the packet'}
            </option>
          ))}
        </datalist>
      </td>
      <td className={styles.default}>{readAsDefault(row, choices)}</td>
      <td>
        <select
          className={styles.input}
          aria-label="Read as"
          value={row.protocol}
          onChange={({ target }) => onChange({ ...row, protocol: target.value })}
        >
          <option value="" disabled>
            choose …
          </option>
          {choices[row.transport].protocols.map((protocol) => (
            <option key={protocol} value={protocol}>
              {protocol}
            </option>
          ))}
        </select>
      </td>
      <td>
        <Button look="quiet" square aria-label={`Remove the rule for ${row.ports}`} onClick={onRemove}>
          <Icon name="close" size={14} />
        </Button>
      </td>
    </tr>
  );
}

interface FormProps {
  detail: CaseDetail;
  ports: PacketPorts | null;
  choices: DecodeAsChoices;
  onClose: () => void;
}

function Rules({ detail, ports, choices, onClose }: FormProps) {
  const [rows, setRows] = useState<DecodeAsRow[]>(() => {
    const known = detail.decodeAs.map(rowOf);
    if (ports === null) return known;
    const port = likelyPort(ports, choices);
    const isKnown = known.some((row) => row.transport === ports.transport && row.ports === port);
    return isKnown ? known : [...known, { transport: ports.transport, ports: port, protocol: '' }];
  });
  const send = useMutation({
    mutationFn: (rules: string[]) => api.setDecodeAs(detail.id, rules),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['case', detail.id], exact: true });
      onClose();
    },
  });
  const replace = (at: number, row: DecodeAsRow) => setRows(rows.map((old, i) => (i === at ? row : old)));
  const rules = rows.filter(({ ports: p, protocol }) => p.trim() !== '' && protocol !== '').map(ruleOf);
  const unchanged = rules.join() === detail.decodeAs.join();
  return (
    <>
      <div className={styles.body}>
        {rows.length === 0 ? (
          <p className={styles.note}>No rules: every port is read as its protocol says, or by content.</p>
        ) : (
          <table className={styles.rules}>
            <thead>
              <tr>
                <th>Field</th>
                <th>Value</th>
                <th>Default</th>
                <th>Current</th>
                <th>
                  <span className="said">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <RuleRow
                  // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place
                  key={i}
                  row={row}
                  choices={choices}
                  ports={ports}
                  onChange={(next) => replace(i, next)}
                  onRemove={() => setRows(rows.filter((_, at) => at !== i))}
                />
              ))}
            </tbody>
          </table>
        )}
        <Button
          className={styles.add}
          onClick={() => setRows([...rows, { transport: 'tcp', ports: '', protocol: '' }])}
        >
          Add a rule
        </Button>
        <p className={styles.note}>
          For everybody who looks at this case; its captures are read anew.
          {detail.state === 'receiving' && ' What is still arriving is read anew when it is complete.'}
        </p>
        {send.isError && (
          <p className={styles.problem} role="alert">
            {send.error.message}
          </p>
        )}
      </div>
      <footer className={styles.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" disabled={send.isPending || unchanged} onClick={() => send.mutate(rules)}>
          {send.isPending ? 'Applying …' : 'Apply'}
        </Button>
      </footer>
    </>
  );
}

interface Props {
  detail: CaseDetail;
  open: boolean;
  /** The packet it was asked at, whose port is offered. */
  layers?: Parameters<typeof portsOf>[0];
  onClose: () => void;
}

export function DecodeAsDialog({ detail, open, layers = [], onClose }: Props) {
  const choices = useDecodeAsChoices(open);
  return (
    <Dialog open={open} onClose={onClose} className={styles.popup}>
      <DialogTitle className={styles.title}>Decode as</DialogTitle>
      {choices.isError ? (
        <Failed what="The protocols cannot be listed" error={choices.error} retry={() => void choices.refetch()} />
      ) : choices.data === undefined ? (
        <Loading what="Asking for the protocols" />
      ) : (
        <Rules detail={detail} ports={portsOf(layers)} choices={choices.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** The rules in force above the packets, each with its way out; nothing without rules. */
export function DecodeAsBar({ detail }: { detail: CaseDetail }) {
  const [open, setOpen] = useState(false);
  const send = useMutation({ mutationFn: (rules: string[]) => api.setDecodeAs(detail.id, rules) });
  const { reset } = send;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was refused is old news once the rules are others
  useEffect(() => reset(), [detail.decodeAs.join()]);
  if (detail.decodeAs.length === 0 && !open) return null;
  return (
    <div className={styles.bar}>
      <button type="button" className={styles.name} onClick={() => setOpen(true)}>
        Decode as
      </button>
      {detail.decodeAs.map((rule) => (
        <span key={rule} className={styles.rule}>
          {rule}
          <button
            type="button"
            className={styles.out}
            aria-label={`Remove ${rule}`}
            disabled={send.isPending}
            onClick={() => send.mutate(detail.decodeAs.filter((other) => other !== rule))}
          >
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      {send.isError && <span role="alert">{send.error.message}</span>}
      <DecodeAsDialog detail={detail} open={open} onClose={() => setOpen(false)} />
    </div>
  );
}
