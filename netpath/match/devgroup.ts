// -m devgroup: the group of a device.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch('devgroup', 'to which group the device belongs', 'ip -d link');
