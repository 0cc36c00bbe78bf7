// -m ipcomp: the SPI of its header.
import { spiMatch } from '../kernel/spi-match.ts';

export const match = spiMatch('ipcomp', 108, '--ipcompspi', /^--compres$/);
