package dev.mqha.patches.durable_subscriptions;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.command.Message;
import org.apache.activemq.filter.BooleanExpression;
import org.apache.activemq.filter.NonCachedMessageEvaluationContext;
import org.apache.activemq.selector.SelectorParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far one durable subscription has come. Its monitor guards it. */
final class Progress {
    private static final Logger LOG = LoggerFactory.getLogger(Progress.class);

    /** The broker deals with a message whose time has run out; one that it has dropped it never acknowledges. */
    private static final long DROPPED_MS = TimeUnit.MINUTES.toMillis(5);

    private final Acknowledged acknowledged;
    private final Set<Long> prepared = new HashSet<>();
    private final long settledUpTo;
    private final BooleanExpression selector;

    /**
     * @param position the last place that is acknowledged with all before it
     * @param settledUpTo up to here a place without a message stays without one
     * @param selector null for none
     */
    Progress(long position, long settledUpTo, String selector) {
        this.acknowledged = new Acknowledged(position);
        this.settledUpTo = settledUpTo;
        this.selector = parse(selector);
    }

    synchronized long position() {
        return acknowledged.position();
    }

    /** How many places beyond the position are acknowledged. */
    synchronized long beyond() {
        return acknowledged.beyond();
    }

    /** @return whether the position moved */
    synchronized boolean acknowledge(long place) {
        prepared.remove(place);
        return acknowledged.add(place);
    }

    /** A prepared branch has acknowledged it: it is not shown, and holds the position. */
    synchronized void prepare(long place) {
        prepared.add(place);
    }

    synchronized void rollback(long place) {
        prepared.remove(place);
    }

    /** Whether a message must not be shown. */
    synchronized boolean isDone(long place) {
        return acknowledged.contains(place) || (!prepared.isEmpty() && prepared.contains(place));
    }

    synchronized boolean isPrepared(long place) {
        return prepared.contains(place);
    }

    /** The first place from this one on that is not acknowledged. */
    synchronized long next(long place) {
        return acknowledged.next(place);
    }

    /** The places from the position up to this one, itself not included, hold no message. @return whether they are passed */
    synchronized boolean skipTo(long place) {
        if (acknowledged.next(0) < place && place - 1 <= settledUpTo) {
            acknowledged.addUpTo(place - 1);
        }
        return acknowledged.next(0) >= place;
    }

    /** No message is missing any more up to here. */
    long settledUpTo() {
        return settledUpTo;
    }

    /** Whether some message may be in the way that will never be acknowledged. */
    synchronized boolean mayBeHeld() {
        return selector != null || acknowledged.beyond() > 0;
    }

    /** Whether the selector, which stays as it is as long as the subscription, does not want a message. */
    boolean isUnwanted(Message message) {
        if (selector == null) {
            return false;
        }
        try {
            NonCachedMessageEvaluationContext context = new NonCachedMessageEvaluationContext();
            context.setMessageReference(message);
            context.setDestination(message.getDestination());
            return !selector.matches(context);
        } catch (Exception unknown) {
            LOG.debug("A selector cannot be evaluated", unknown);
            return false;
        }
    }

    /** Whether the time of a message has run out so long ago that the broker must have dropped it. */
    static boolean isDropped(Message message) {
        return message.getExpiration() > 0 && message.getExpiration() + DROPPED_MS < System.currentTimeMillis();
    }

    private static BooleanExpression parse(String selector) {
        if (selector == null || selector.isBlank()) {
            return null;
        }
        try {
            return SelectorParser.parse(selector);
        } catch (Exception invalid) {
            LOG.debug("The selector {} cannot be parsed", selector, invalid);
            return null;
        }
    }
}
