// The bodies of HTTP messages; a row opens the packet that completes one, where it can be saved.
import { useObjects } from '../sources/queries.ts';
import { patchCase } from '../state/useAddress.ts';
import { Failed, Loading, Notice } from '../ui/Notice.tsx';
import { StatTable } from './StatTable.tsx';
import { objectColumns } from './statColumns.ts';

export function HttpObjects({ caseId }: { caseId: string }) {
  const found = useObjects(caseId);
  if (found.isError)
    return <Failed what="The bodies cannot be listed" error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading what="Looking for HTTP bodies" />;
  if (found.data.objects.length === 0)
    return (
      <Notice icon="files" title="No HTTP bodies">
        No HTTP/1 message of this case has one that was captured.
      </Notice>
    );
  return (
    <StatTable
      id="object"
      label="HTTP bodies"
      columns={objectColumns}
      rows={found.data.objects}
      onOpen={({ packet }) => patchCase({ tab: 'packets', filter: '', packet })}
    />
  );
}
