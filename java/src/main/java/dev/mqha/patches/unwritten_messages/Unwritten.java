package dev.mqha.patches.unwritten_messages;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.activemq.leveldb.DBManager;
import org.apache.activemq.leveldb.DelayableUOW;
import org.apache.activemq.leveldb.LevelDBClient;

/**
 * The places that messages were given in queues and topics while they are not in the index yet; mended classes of the store
 * call it, and cursors do not read beyond the first.
 *
 * <p>Messages of several senders are written in another order than they are numbered. A cursor that had read a message went
 * on behind it. One before it that was written a moment later was counted in its queue, and nobody got it until the
 * next change of master. The broker's own list of messages on their way does not help: it takes all of them off when the first
 * is written. It happened where several senders had waited for a new master, and consumers read from the store.
 */
public final class Unwritten {
    private record Place(Places of, long number) {}

    private static final class Places {
        private final ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();
        private volatile long last;
    }

    private static final Map<DBManager, Unwritten> STORES = Collections.synchronizedMap(new WeakHashMap<>());

    private record Known(WeakReference<DBManager> db, WeakReference<Unwritten> all) {}

    private static volatile Known latest = new Known(new WeakReference<>(null), new WeakReference<>(null));

    private final Map<Long, Places> collections = new ConcurrentHashMap<>();
    private final Map<DelayableUOW, List<Place>> units = new ConcurrentHashMap<>();

    private Unwritten() {}

    /**
     * A message has its place, and its unit of work is not written. Called one after the other for a queue or topic, in the order
     * of places.
     *
     * @param collection the key of the queue or topic
     */
    public static void added(DelayableUOW unit, long collection, long number) {
        Unwritten all = of(unit.manager());
        Places places = all.collections.computeIfAbsent(collection, first -> new Places());
        places.open.add(number);
        places.last = number;
        all.units.computeIfAbsent(unit, first -> new ArrayList<>(1)).add(new Place(places, number));
    }

    /** A unit of work is in the index, or was given up. */
    public static void completed(DelayableUOW unit) {
        List<Place> written = of(unit.manager()).units.remove(unit);
        if (written != null) {
            written.forEach(place -> place.of().open.remove(place.number()));
        }
    }

    /** A queue, topic or container of a branch is gone, whose keys are not given again. */
    public static void removed(LevelDBClient client, long collection) {
        DBManager db = client.org$apache$activemq$leveldb$LevelDBClient$$store.db();
        if (db != null) {
            of(db).collections.remove(collection);
        }
    }

    /**
     * The place that a cursor may read up to; asked before it looks into the index.
     *
     * @return the first place that is not read
     */
    public static long end(DBManager db, long collection) {
        Unwritten all = of(db);
        Places places = all.collections.get(collection);
        if (places == null) {
            // This process has given none, so all that is there was written before.
            return Long.MAX_VALUE;
        }
        long end = places.last + 1;
        Long first = places.open.ceiling(Long.MIN_VALUE);
        return first == null ? end : Math.min(end, first);
    }

    private static Unwritten of(DBManager db) {
        // It is asked for at every message.
        Known known = latest;
        Unwritten all = known.db().get() == db ? known.all().get() : null;
        if (all == null) {
            all = STORES.computeIfAbsent(db, first -> new Unwritten());
            latest = new Known(new WeakReference<>(db), new WeakReference<>(all));
        }
        return all;
    }
}
