package dev.mqha.patches.standing_master;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.leveldb.replicated.LevelDBNodeState;
import org.apache.activemq.leveldb.replicated.MasterElector;
import scala.Option;
import scala.Some;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.mutable.ListBuffer;

/**
 * Lets a master stay when the elector is lost; a mended class of the store calls it.
 *
 * <p>The elector is the first member, and need not be the master. Its successor began with nobody elected: the
 * master that served was demoted, every slave was stopped, and an election began that gave the same result at
 * best. Now each member remembers whom the last elector had elected. The next one elects the same, where it is
 * there and there is a quorum, and until it has said so the others go on as before, for a limited time.
 *
 * <p>No other master can come meanwhile: an elector elects once all members have told their positions, and a
 * master tells its own only when it serves no more.
 */
public final class StandingMaster {
    /** A new elector speaks within milliseconds; one that does not know of this never does. */
    static long limitMs = 5000;

    private static final Map<MasterElector, StandingMaster> ALL = Collections.synchronizedMap(new WeakHashMap<>());

    /** As which member it was heard. */
    private String self;

    private String elector;

    /** Null where nobody is elected. */
    private String elected;

    /** When to go on no longer without an elector that speaks, by System.nanoTime(); null while it speaks. */
    private Long until;

    private StandingMaster() {}

    /**
     * Instead of {@code isMaster}; a new elector elects the master that is there.
     *
     * @return whether this member is the elector
     */
    public static boolean isElector(MasterElector member) {
        boolean isElector = member.isMaster();
        StandingMaster last = of(member);
        if (isElector && member.elected() == null && last.stands(member)) {
            MasterElector.log().info("The elector is gone, its master stays: " + last.elected);
            member.elected_$eq(last.elected);
        }
        return isElector;
    }

    /**
     * Instead of {@code master}.
     *
     * @return the state of the elector; while a new one has not elected yet, with the master that is there
     */
    public static Option<LevelDBNodeState> elector(MasterElector member) {
        Option<LevelDBNodeState> state = member.master();
        StandingMaster last = of(member);
        if (state.isDefined() && state.get().elected() != null) {
            last.hear(member, first(member), state.get().elected());
            return state;
        }
        if (!last.stands(member) || last.isOver(member)) {
            last.hear(member, null, null);
            return state;
        }
        LevelDBNodeState standing = new LevelDBNodeState();
        standing.elected_$eq(last.elected);
        return new Some<>(standing);
    }

    private static StandingMaster of(MasterElector member) {
        return ALL.computeIfAbsent(member, any -> new StandingMaster());
    }

    private void hear(MasterElector member, String from, String master) {
        self = member.eid();
        elector = from;
        elected = master;
        until = null;
    }

    /** Whether another elector has come, and the master that the last one had elected is there, with a quorum. */
    private boolean stands(MasterElector member) {
        ListBuffer<Tuple2<String, LevelDBNodeState>> members = membersOf(member);
        return elected != null
                && self.equals(member.eid())
                && members != null
                && !elector.equals(members.head()._1())
                && members.size() >= member.org$apache$activemq$leveldb$replicated$MasterElector$$store.clusterSizeQuorum()
                && isAmong(members);
    }

    private boolean isAmong(ListBuffer<Tuple2<String, LevelDBNodeState>> members) {
        for (Iterator<Tuple2<String, LevelDBNodeState>> each = members.iterator(); each.hasNext(); ) {
            if (each.next()._1().equals(elected)) {
                return true;
            }
        }
        return false;
    }

    /** Begins to wait for the new elector at the first time. */
    private boolean isOver(MasterElector member) {
        if (until == null) {
            until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
            lookAgain(member, until);
        }
        return System.nanoTime() - until >= 0;
    }

    /** What ends the wait otherwise is a change that somebody reports. */
    private void lookAgain(MasterElector member, Long waiting) {
        Thread thread = new Thread(() -> {
            try {
                Thread.sleep(limitMs);
                synchronized (member) {
                    if (waiting.equals(until) && member.connected()) {
                        member.change_listener().changed();
                    }
                }
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }, "mqha elector");
        thread.setDaemon(true);
        thread.start();
    }

    private static String first(MasterElector member) {
        return membersOf(member).head()._1();
    }

    /** Those with our brokerName, the elector first; null where there is none. */
    private static ListBuffer<Tuple2<String, LevelDBNodeState>> membersOf(MasterElector member) {
        Option<ListBuffer<Tuple2<String, LevelDBNodeState>>> members =
                member.members().get(member.last_state().id());
        return members.isDefined() && members.get().nonEmpty() ? members.get() : null;
    }
}
