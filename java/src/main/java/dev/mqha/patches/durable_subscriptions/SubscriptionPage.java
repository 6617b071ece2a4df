package dev.mqha.patches.durable_subscriptions;

import dev.mqha.patches.unwritten_messages.Unwritten;
import org.apache.activemq.command.Message;
import org.apache.activemq.leveldb.DataLocator;
import org.apache.activemq.leveldb.EntryLocator;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.leveldb.LevelDBStore.LevelDBTopicMessageStore;
import org.apache.activemq.leveldb.record.EntryRecord;
import org.apache.activemq.store.MessageRecoveryListener;
import org.fusesource.hawtbuf.Buffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.runtime.AbstractFunction2;

/**
 * Shows a subscription its next messages, without those beyond its position that are acknowledged. What its selector does
 * not want is acknowledged on the way: the broker does so only while the subscription is there, and reads it again and
 * again otherwise.
 */
final class SubscriptionPage extends AbstractFunction2<Buffer, EntryRecord.Buffer, Object> {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionPage.class);

    /** To step over some keys costs less than to look for one. */
    private static final long STEP = 100;

    private final LevelDBStore store;
    private final long topic;
    private final Progress progress;
    private final MessageRecoveryListener listener;
    private final int limit;
    private int shown;
    private long lastShown = -1;
    private long goOn;

    SubscriptionPage(
            LevelDBStore store,
            LevelDBTopicMessageStore topic,
            Progress progress,
            MessageRecoveryListener listener,
            int limit) {
        this.store = store;
        this.topic = topic.key();
        this.progress = progress;
        this.listener = listener;
        this.limit = limit;
    }

    /** Reads from a place on. @return where the next page begins */
    long read(long from) {
        LevelDBClient$ codec = LevelDBClient$.MODULE$;
        Buffer end = codec.encodeLong(Unwritten.end(store.db(), topic));
        goOn = from;
        while (goOn >= 0) {
            Buffer start = codec.encodeLong(goOn);
            goOn = -1;
            store.client().collectionCursor(topic, start, end, this);
        }
        return lastShown < 0 ? from : lastShown + 1;
    }

    /** One entry of the topic. @return whether to go on with the next one */
    @Override
    public Object apply(Buffer key, EntryRecord.Buffer entry) {
        long place = LevelDBClient$.MODULE$.decodeLong(key);
        if (progress.isDone(place)) {
            long open = progress.next(place);
            if (open - place > STEP) {
                goOn = open;
                return false;
            }
            return true;
        }
        DataLocator locator = new DataLocator(store, entry.getValueLocation(), entry.getValueLength());
        Message message = store.client().getMessage(locator);
        if (message == null) {
            LOG.warn("Could not load message seq: {} from {}", place, locator);
            return true;
        }
        message.getMessageId().setEntryLocator(new EntryLocator(topic, place));
        message.getMessageId().setDataLocator(locator);
        message.setRedeliveryCounter(store.client().decodeQueueEntryMeta(entry));
        if (isShown(message)) {
            lastShown = place;
            shown++;
        } else if (progress.isUnwanted(message)) {
            progress.acknowledge(place);
        }
        return shown < limit && listener.canRecoveryNextMessage();
    }

    private boolean isShown(Message message) {
        try {
            return listener.recoverMessage(message);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
