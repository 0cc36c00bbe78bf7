// -m esp: the SPI of its header.
import { spiMatch } from '../kernel/spi-match.ts';

export const match = spiMatch('esp', 50, '--espspi');
