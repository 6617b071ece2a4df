package dev.mqha.patches.durable_subscriptions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AcknowledgedTest {
    @Test
    void itsPositionStaysBeforeWhatIsOpen() {
        Acknowledged acknowledged = new Acknowledged(0);
        assertTrue(acknowledged.add(1));
        assertFalse(acknowledged.add(3));
        assertFalse(acknowledged.add(4));
        assertFalse(acknowledged.add(3));
        assertEquals(1, acknowledged.position());
        assertEquals(2, acknowledged.beyond());
        assertEquals(2, acknowledged.next(1));
        assertEquals(5, acknowledged.next(3));
        assertTrue(acknowledged.add(2));
        assertEquals(4, acknowledged.position());
        assertEquals(0, acknowledged.beyond());
    }

    @Test
    void itIsTheSameAsASetOfPlaces() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            long first = random.nextInt(10_000);
            Acknowledged acknowledged = new Acknowledged(first);
            TreeSet<Long> open = new TreeSet<>();
            for (long place = first + 1; place <= first + 20_000; place++) {
                open.add(place);
            }
            int spread = 1 + random.nextInt(15_000);
            for (int step = 0; step < 30_000 && !open.isEmpty(); step++) {
                long place = Math.min(first + 20_000, open.first() + random.nextInt(spread));
                if (random.nextInt(1000) == 0) {
                    open.headSet(place, true).clear();
                    acknowledged.addUpTo(place);
                } else {
                    open.remove(place);
                    acknowledged.add(place);
                }
                long position = open.isEmpty() ? first + 20_000 : open.first() - 1;
                String what = "seed " + seed + ", round " + round + ", step " + step;
                assertEquals(position, acknowledged.position(), what);
                long asked = position + random.nextInt(5000);
                boolean isOpen = asked > first + 20_000 || open.contains(asked);
                assertEquals(!isOpen, acknowledged.contains(asked), what);
                Long next = open.ceiling(asked);
                assertEquals(next == null ? Math.max(asked, first + 20_001) : next, acknowledged.next(asked), what);
                long beyond = Math.max(0, first + 20_000 - position) - open.size();
                assertEquals(beyond, acknowledged.beyond(), what);
            }
        }
    }

    @Test
    void aMillionAcknowledgedBehindOneThatWaitsTakeLittle() {
        Acknowledged acknowledged = new Acknowledged(0);
        for (long place = 2; place <= 1_000_000; place++) {
            acknowledged.add(place);
        }
        assertEquals(1_000_001, acknowledged.next(2));
        assertEquals(0, acknowledged.position());
        acknowledged.add(1);
        assertEquals(1_000_000, acknowledged.position());
    }
}
