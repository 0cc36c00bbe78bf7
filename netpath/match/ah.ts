// -m ah: the SPI of its header.
import { spiMatch } from '../kernel/spi-match.ts';

export const match = spiMatch('ah', 51, '--ahspi', /^--ah(?:len|res)$/);
