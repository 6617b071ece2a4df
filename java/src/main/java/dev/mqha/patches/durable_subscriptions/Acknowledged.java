package dev.mqha.patches.durable_subscriptions;

import java.util.BitSet;
import java.util.TreeMap;

/**
 * The messages of a topic that one subscription is done with, by their places: all up to a position, and single ones beyond
 * it. What lies beyond costs a bit a place at most, and nothing where acknowledgements come in a row. Not thread-safe.
 */
final class Acknowledged {
    private static final int CHUNK_BITS = 12;
    private static final int CHUNK = 1 << CHUNK_BITS;

    /** Shared by all chunks in which nothing is open; never changed. */
    private static final BitSet FULL = new BitSet(CHUNK);

    static {
        FULL.set(0, CHUNK);
    }

    private final TreeMap<Long, BitSet> beyond = new TreeMap<>();
    private long position;
    private long count;

    /** @param position the last place of the row; 0 where there is none */
    Acknowledged(long position) {
        this.position = position;
    }

    /** The last place of the row that begins with the first message. */
    long position() {
        return position;
    }

    /** How many lie beyond the position. */
    long beyond() {
        return count;
    }

    boolean contains(long place) {
        return place <= position || (count > 0 && has(place));
    }

    /** Adds one place. @return whether the position moved */
    boolean add(long place) {
        if (contains(place)) {
            return false;
        }
        if (place == position + 1) {
            position = place;
            if (count > 0) {
                moveTo(next(place + 1) - 1);
            }
            return true;
        }
        BitSet chunk = beyond.computeIfAbsent(place >> CHUNK_BITS, key -> new BitSet(CHUNK));
        chunk.set(bit(place));
        count++;
        if (chunk.cardinality() == CHUNK) {
            beyond.put(place >> CHUNK_BITS, FULL);
        }
        return false;
    }

    /** Adds all places up to one. @return whether the position moved */
    boolean addUpTo(long place) {
        if (place <= position) {
            return false;
        }
        moveTo(place);
        moveTo(next(position + 1) - 1);
        return true;
    }

    /** The first open place from this one on. */
    long next(long place) {
        long from = Math.max(place, position + 1);
        while (count > 0) {
            BitSet chunk = beyond.get(from >> CHUNK_BITS);
            int open = chunk == null ? bit(from) : chunk.nextClearBit(bit(from));
            if (open < CHUNK) {
                return (from >> CHUNK_BITS << CHUNK_BITS) + open;
            }
            from = ((from >> CHUNK_BITS) + 1) << CHUNK_BITS;
        }
        return from;
    }

    private void moveTo(long target) {
        while (!beyond.isEmpty() && beyond.firstKey() <= target >> CHUNK_BITS) {
            long key = beyond.firstKey();
            BitSet chunk = beyond.get(key);
            boolean whole = key < target >> CHUNK_BITS;
            int end = whole ? CHUNK : bit(target) + 1;
            BitSet passed = chunk.get(0, end);
            count -= passed.cardinality();
            if (whole || passed.cardinality() == chunk.cardinality()) {
                beyond.remove(key);
            } else {
                BitSet rest = (BitSet) chunk.clone();
                rest.clear(0, end);
                beyond.put(key, rest);
            }
            if (!whole) {
                break;
            }
        }
        position = Math.max(position, target);
    }

    private boolean has(long place) {
        BitSet chunk = beyond.get(place >> CHUNK_BITS);
        return chunk != null && chunk.get(bit(place));
    }

    private static int bit(long place) {
        return (int) (place & (CHUNK - 1));
    }
}
