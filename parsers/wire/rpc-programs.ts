// Programs of ONC RPC by number, with the names of their procedures by version.
// Surprise: NFS 4 has one procedure for everything, which the list does not name.

export interface RpcProgram {
  /** As in the list's protocol column. */
  readonly column: string;
  readonly procedures: ReadonlyMap<number, readonly string[]>;
  readonly compound: boolean;
}

const words = (text: string): readonly string[] => text.split(' ');
const program = (column: string, versions: readonly (readonly [number, string])[], compound = false): RpcProgram => ({
  column,
  procedures: new Map(versions.map(([version, names]) => [version, words(names)])),
  compound,
});

const LOCKS =
  'NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES';
const MORE_LOCKS = `${LOCKS} proc-16 proc-17 proc-18 proc-19 SHARE UNSHARE NM_LOCK FREE_ALL`;
const MOUNTS = 'NULL MNT DUMP UMNT UMNTALL EXPORT';

export const PROGRAMS: ReadonlyMap<number, RpcProgram> = new Map([
  [
    100_000,
    program('Portmap', [
      [1, 'NULL'],
      [2, 'NULL SET UNSET GETPORT DUMP CALLIT'],
      [3, 'NULL SET UNSET GETADDR DUMP CALLIT GETTIME UADDR2TADDR TADDR2UADDR'],
      [4, 'NULL SET UNSET GETADDR DUMP BCAST GETTIME UADDR2TADDR TADDR2UADDR GETVERSADDR INDIRECT GETADDRLIST GETSTAT'],
    ]),
  ],
  [
    100_003,
    program(
      'NFS',
      [
        [
          2,
          'NULL GETATTR SETATTR ROOT LOOKUP READLINK READ WRITECACHE WRITE CREATE REMOVE RENAME LINK SYMLINK MKDIR RMDIR READDIR STATFS',
        ],
        [
          3,
          'NULL GETATTR SETATTR LOOKUP ACCESS READLINK READ WRITE CREATE MKDIR SYMLINK MKNOD REMOVE RMDIR RENAME LINK READDIR READDIRPLUS FSSTAT FSINFO PATHCONF COMMIT',
        ],
        [4, 'NULL COMPOUND'],
      ],
      true,
    ),
  ],
  [
    100_005,
    program('MOUNT', [
      [1, `${MOUNTS} EXPORTALL`],
      [2, `${MOUNTS} EXPORTALL PATHCONF`],
      [3, MOUNTS],
    ]),
  ],
  [
    100_011,
    program('RQUOTA', [
      [1, 'NULL GETQUOTA GETACTIVEQUOTA'],
      [2, 'NULL GETQUOTA GETACTIVEQUOTA'],
    ]),
  ],
  [
    100_021,
    program('NLM', [
      [1, LOCKS],
      [2, LOCKS],
      [3, MORE_LOCKS],
      [4, MORE_LOCKS],
    ]),
  ],
  [100_024, program('STAT', [[1, 'NULL STAT MON UNMON UNMON_ALL SIMU_CRASH NOTIFY']])],
  [
    100_227,
    program('NFSACL', [
      [2, 'NULL GETACL SETACL GETATTR ACCESS GETXATTRDIR'],
      [3, 'NULL GETACL SETACL GETXATTRDIR'],
    ]),
  ],
]);

export const MOUNT_ERRORS: ReadonlyMap<number, string> = new Map([
  [1, 'ERR_PERM'],
  [2, 'ERR_NOENT'],
  [5, 'ERR_IO'],
  [13, 'ERR_ACCESS'],
  [20, 'ERR_NOTDIR'],
  [22, 'ERR_INVAL'],
  [63, 'ERR_NAMETOOLONG'],
  [10004, 'ERR_NOTSUPP'],
  [10006, 'ERR_SERVERFAULT'],
]);
