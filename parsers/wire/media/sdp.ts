// A session description (RFC 8866), one line a statement.
import { bodyNode, type Media, NODES_MOST, shownText } from './media.ts';

const LF = 10;

export const media: Media = {
  filter: 'sdp',
  name: 'Session Description Protocol',
  types: ['application/sdp'],
  fields: [],
  dissect(d, body) {
    const { from, to } = body;
    const node = bodyNode(d, body, 'sdp', 'Session Description Protocol');
    for (let at = from, n = 0; at < to && n < NODES_MOST; n++) {
      const newline = d.bytes.indexOf(LF, at);
      const end = newline < 0 || newline >= to ? to : newline + 1;
      d.node(node, null, shownText(d.bytes, at, end).replace(/(\\r)?\\n$/, ''), null, at, end - at);
      at = end;
    }
    return { suffix: '/SDP' };
  },
};
