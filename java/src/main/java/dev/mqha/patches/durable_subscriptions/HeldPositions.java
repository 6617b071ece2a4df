package dev.mqha.patches.durable_subscriptions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.apache.activemq.command.Message;
import org.apache.activemq.leveldb.DataLocator;
import org.apache.activemq.leveldb.DurableSubscription;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.leveldb.LevelDBStore.LevelDBTopicMessageStore;
import org.apache.activemq.leveldb.record.EntryRecord;
import org.fusesource.hawtbuf.Buffer;
import org.iq80.leveldb.DBIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.Tuple2;
import scala.collection.Iterator;

/**
 * Moves the positions of durable subscriptions past what nobody will acknowledge, so that the log in which it lies can be
 * removed; a mended class of the store calls it when it looks for what can be removed.
 *
 * <p>That is what the selector of a subscription that is away does not want, places without a message (of units that a
 * failover cut off), what the broker has dropped since it had expired, and what cannot be read. It works in a thread of its
 * own, a second a topic at most each time, and reads a message once; where the first one that waits is wanted, it reads that one.
 */
public final class HeldPositions {
    private static final Logger LOG = LoggerFactory.getLogger(HeldPositions.class);
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(1);

    /** Between two pages the index may be closed or copied. */
    private static final int PAGE = 200;

    /** Topics to be looked at; one thread at most, which ends when there are none. */
    private static final Set<LevelDBTopicMessageStore> WAITING =
            Collections.newSetFromMap(Collections.synchronizedMap(new IdentityHashMap<>()));

    private static final ThreadPoolExecutor WORKER = new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread worker = new Thread(task, "mqha subscriptions");
                worker.setDaemon(true);
                return worker;
            });

    static {
        WORKER.allowCoreThreadTimeOut(true);
    }

    private HeldPositions() {}

    /** Instead of the call of it: positions that are moved now count the next time. */
    public static Option<Tuple2<Object, Object>> gcPosition(LevelDBTopicMessageStore topic) {
        if (topic.subscription_count() > 0 && WAITING.add(topic)) {
            WORKER.execute(() -> {
                WAITING.remove(topic);
                work(topic);
            });
        }
        return topic.gcPosition();
    }

    private static void work(LevelDBTopicMessageStore topic) {
        try {
            long end = System.nanoTime() + LIMIT_NS;
            for (DurableSubscription subscription : subscriptions(topic)) {
                move(Subscriptions.store(topic), topic, subscription, end);
            }
        } catch (RuntimeException failure) {
            LOG.debug("Positions of subscriptions could not be moved", failure);
        }
    }

    /** Moves one position as far as it goes, and logs it. */
    static void move(LevelDBStore store, LevelDBTopicMessageStore topic, DurableSubscription subscription, long end) {
        Progress progress = Subscriptions.known(subscription);
        if (progress == null) {
            return;
        }
        if (progress.mayBeHeld()) {
            while (System.nanoTime() < end && readPage(store, topic, progress)) {
                // The next page.
            }
        }
        synchronized (progress) {
            if (progress.position() > subscription.gcPosition() && isRunning(store)) {
                Subscriptions.log(store, subscription, progress);
            }
        }
    }

    /** @return whether there may be more */
    private static boolean readPage(LevelDBStore store, LevelDBTopicMessageStore topic, Progress progress) {
        LevelDBClient client = store.client();
        Lock lock = client.snapshotRwLock().readLock();
        lock.lock();
        try {
            if (!isRunning(store) || client.index() == null) {
                return false;
            }
            long last = topic.lastSeq().get();
            LevelDBClient$ codec = LevelDBClient$.MODULE$;
            long key = topic.key();
            byte[] end = codec.encodeEntryKey(codec.ENTRY_PREFIX(), key, last + 1);
            try (DBIterator entries = client.index().db().iterator()) {
                entries.seek(codec.encodeEntryKey(codec.ENTRY_PREFIX(), key, progress.position() + 1));
                for (int read = 0; read < PAGE; read++) {
                    if (!entries.hasNext() || client.index().compare(entries.peekNext().getKey(), end) >= 0) {
                        progress.skipTo(progress.settledUpTo() + 1);
                        return false;
                    }
                    Map.Entry<byte[], byte[]> entry = entries.next();
                    long place = codec.decodeLong(new Buffer(entry.getKey()).moveHead(9));
                    if (!progress.skipTo(place) || !isPassed(store, progress, place, entry.getValue())) {
                        return false;
                    }
                }
                return true;
            }
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            lock.unlock();
        }
    }

    private static boolean isPassed(LevelDBStore store, Progress progress, long place, byte[] value) {
        if (progress.next(place) > place) {
            return true;
        }
        if (progress.isPrepared(place)) {
            return false;
        }
        EntryRecord.Buffer entry = LevelDBClient$.MODULE$.decodeEntryRecord(new Buffer(value));
        Message message = store.client()
                .getMessage(new DataLocator(store, entry.getValueLocation(), entry.getValueLength()));
        if (message == null || progress.isUnwanted(message) || Progress.isDropped(message)) {
            progress.acknowledge(place);
            return true;
        }
        return false;
    }

    private static boolean isRunning(LevelDBStore store) {
        return store.isStarted() && !store.isStopping() && !store.isStopped();
    }

    private static Collection<DurableSubscription> subscriptions(LevelDBTopicMessageStore topic) {
        Collection<DurableSubscription> subscriptions = new ArrayList<>();
        synchronized (topic.subscriptions()) {
            for (Iterator<DurableSubscription> all = topic.subscriptions().valuesIterator(); all.hasNext(); ) {
                subscriptions.add(all.next());
            }
        }
        return subscriptions;
    }
}
