package dev.mqha.patches.durable_subscriptions;

import java.io.IOException;
import org.apache.activemq.broker.ConnectionContext;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.leveldb.CountDownFuture;
import org.apache.activemq.leveldb.DBManager;
import org.apache.activemq.leveldb.DelayableUOW;
import org.apache.activemq.leveldb.DurableSubscription;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.leveldb.LevelDBStore$;
import org.apache.activemq.leveldb.LevelDBStore.LevelDBTopicMessageStore;
import org.apache.activemq.leveldb.SubAckRecord;
import org.apache.activemq.store.MessageRecoveryListener;
import scala.Option;
import scala.Tuple2;
import scala.collection.mutable.ListBuffer;

/**
 * Keeps what a durable subscription has not acknowledged; mended classes of the store call it.
 *
 * <p>The store keeps one position for a subscription, and moved it to whatever was acknowledged last. The broker
 * acknowledges at once what a selector does not want, what has expired, and what a client acknowledges one by one: all
 * messages before it that still waited were gone with the next start or failover. The position stays before the first
 * message that waits now. What is acknowledged beyond is remembered in memory, and may come again after a failover.
 *
 * <p>So that nothing holds the position, and with it the log, for ever, what nobody will acknowledge is passed:
 * {@link SubscriptionPage} and {@link HeldPositions}.
 */
public final class Subscriptions {
    private Subscriptions() {}

    /** Returns the progress of a subscription. */
    static Progress of(DurableSubscription subscription) {
        HoldsProgress holder = (HoldsProgress) (Object) subscription;
        synchronized (subscription) {
            Progress progress = (Progress) holder.mqhaProgress();
            if (progress == null) {
                progress = begin(subscription, subscription.lastAckPosition(), 0);
            }
            return progress;
        }
    }

    /** Returns the progress of a subscription; null where nothing has asked for it yet. */
    static Progress known(DurableSubscription subscription) {
        synchronized (subscription) {
            return (Progress) ((HoldsProgress) (Object) subscription).mqhaProgress();
        }
    }

    /** Instead of the setter when subscriptions are loaded: no message comes between those that are there any more. */
    public static void loaded(DurableSubscription subscription, long position, DBManager db) {
        subscription.lastAckPosition_$eq(position);
        begin(subscription, position, db.getLastQueueEntrySeq(subscription.topicKey()));
    }

    /** Instead of the setter when a subscription is made. What was removed of the topic before does not come back. */
    public static void added(DurableSubscription subscription, long position, LevelDBTopicMessageStore topic) {
        subscription.lastAckPosition_$eq(position);
        begin(subscription, position, topic.firstSeq() - 1);
    }

    private static Progress begin(DurableSubscription subscription, long position, long settledUpTo) {
        Progress progress = new Progress(position, settledUpTo, subscription.info().getSelector());
        synchronized (subscription) {
            ((HoldsProgress) (Object) subscription).mqhaProgress(progress);
        }
        return progress;
    }

    /** The body of {@code LevelDBTopicMessageStore.acknowledge}: one message. It waits for the log where the position moves. */
    public static void acknowledge(
            LevelDBTopicMessageStore topic,
            ConnectionContext context,
            String clientId,
            String name,
            MessageId id,
            MessageAck ack)
            throws IOException {
        LevelDBStore store = store(topic);
        store.check_running();
        DurableSubscription subscription = find(topic, clientId, name);
        if (subscription == null) {
            return;
        }
        long place = store.db().queuePosition(id);
        if (ack.getTransactionId() != null) {
            store.transaction(ack.getTransactionId()).updateAckPosition(topic, subscription, place, ack);
            return;
        }
        CountDownFuture<Object> logged = null;
        Progress progress = of(subscription);
        synchronized (progress) {
            if (progress.acknowledge(place)) {
                logged = log(store, subscription, progress);
            }
        }
        if (logged != null) {
            LevelDBStore$.MODULE$.waitOn(logged);
        }
    }

    /** The body of {@code LevelDBTopicMessageStore.doUpdateAckPosition}: one message, when a transaction is committed. */
    public static ListBuffer<SubAckRecord> commit(
            LevelDBTopicMessageStore topic, DelayableUOW unit, DurableSubscription subscription, long place) {
        Progress progress = of(subscription);
        synchronized (progress) {
            if (progress.acknowledge(place)) {
                log(unit, subscription, progress);
            }
        }
        return unit.subAcks();
    }

    /** Instead of the setter after a commit: how far the topic may be removed is known already. */
    public static void committed(DurableSubscription subscription, long place) {}

    /** Instead of the setter when a branch is prepared or recovered: the message is not shown until its end. */
    public static void prepare(DurableSubscription subscription, long place) {
        of(subscription).prepare(place);
    }

    /** Instead of the setter when a prepared branch is rolled back: the message is shown again. */
    public static void rollback(DurableSubscription subscription, long previous, long place) {
        of(subscription).rollback(place);
        if (subscription.cursorPosition() > place) {
            subscription.cursorPosition_$eq(0);
        }
    }

    /** The body of {@code LevelDBTopicMessageStore.recoverSubscription}. */
    public static void recover(
            LevelDBTopicMessageStore topic, String clientId, String name, MessageRecoveryListener listener) {
        page(topic, clientId, name, Integer.MAX_VALUE, listener);
    }

    /** The body of {@code LevelDBTopicMessageStore.recoverNextMessages}. */
    public static void page(
            LevelDBTopicMessageStore topic, String clientId, String name, int limit, MessageRecoveryListener listener) {
        store(topic).check_running();
        DurableSubscription subscription = find(topic, clientId, name);
        if (subscription != null) {
            Progress progress = of(subscription);
            long from = Math.max(subscription.cursorPosition(), progress.position() + 1);
            SubscriptionPage page = new SubscriptionPage(store(topic), topic, progress, listener, limit);
            subscription.cursorPosition_$eq(page.read(from));
        }
    }

    /** The body of {@code LevelDBTopicMessageStore.getMessageCount}. */
    public static int count(LevelDBTopicMessageStore topic, String clientId, String name) {
        store(topic).check_running();
        DurableSubscription subscription = find(topic, clientId, name);
        if (subscription == null) {
            return 0;
        }
        Progress progress = of(subscription);
        synchronized (progress) {
            return (int) (topic.lastSeq().get() - progress.position() - progress.beyond());
        }
    }

    /** Logs the position of a subscription, whose monitor is held, so that the last one is logged last. */
    static CountDownFuture<Object> log(LevelDBStore store, DurableSubscription subscription, Progress progress) {
        DelayableUOW unit = store.db().createUow();
        try {
            log(unit, subscription, progress);
            return unit.countDownFuture();
        } finally {
            unit.release();
        }
    }

    private static void log(DelayableUOW unit, DurableSubscription subscription, Progress progress) {
        long position = progress.position();
        subscription.lastAckPosition_$eq(position);
        subscription.gcPosition_$eq(position);
        unit.updateAckPosition(subscription.subKey(), position);
    }

    static LevelDBStore store(LevelDBTopicMessageStore topic) {
        return ((HoldsStore) (Object) topic).mqhaStore();
    }

    private static DurableSubscription find(LevelDBTopicMessageStore topic, String clientId, String name) {
        synchronized (topic.subscriptions()) {
            Option<DurableSubscription> found = topic.subscriptions().get(new Tuple2<>(clientId, name));
            return found.isEmpty() ? null : found.get();
        }
    }
}
