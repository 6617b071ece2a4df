package dev.mqha.patches.queue_places;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Loaded;
import dev.mqha.rig.Mended;
import java.io.ObjectStreamClass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a queue remembers of its places, also in the index. */
class LastPlaceTest {
    @Test
    void aQueueRemembersItsHighestPlaceAndNotTheOneLoggedLast() throws Exception {
        Path jar = Mended.jar();
        assertEquals(List.of(1, 5, 4, -1, 3), lastKeys(Loaded.load(Mended.store(), LastPlace.CLASS)));
        assertEquals(List.of(1, 5, 5, -1, 3), lastKeys(Loaded.load(jar, LastPlace.CLASS)));
    }

    /** What is remembered after places 1, 5 and 4 were given, the queue was emptied, and 3 was given. */
    private static List<Integer> lastKeys(Class<?> type) throws Exception {
        Object meta = type.getConstructor().newInstance();
        List<Integer> keys = new ArrayList<>();
        for (byte[] key : new byte[][] {{0, 1}, {0, 5}, {0, 4}, null, {0, 3}}) {
            type.getMethod("last_key_$eq", byte[].class).invoke(meta, (Object) key);
            byte[] last = (byte[]) type.getMethod("last_key").invoke(meta);
            keys.add(last == null ? -1 : (int) last[1]);
        }
        return keys;
    }

    @Test
    void anIndexOfTheOriginalIsReadByTheMendedClass() throws Exception {
        Path jar = Mended.jar();
        long original = ObjectStreamClass.lookup(Loaded.load(Mended.store(), LastPlace.CLASS)).getSerialVersionUID();
        assertEquals(original, ObjectStreamClass.lookup(Loaded.load(jar, LastPlace.CLASS)).getSerialVersionUID());
    }
}
