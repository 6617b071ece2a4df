package dev.mqha.patches.standing_master;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.apache.activemq.leveldb.replicated.MasterElector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StandingMasterTest {
    private static final class Member extends GroupMember {
        private final CountDownLatch looked = new CountDownLatch(1);
        private final MasterElector.change_listener$ listener = new MasterElector.change_listener$() {
            @Override
            public void changed() {
                looked.countDown();
            }
        };

        Member(String eid) {
            super(eid, new ElectingLevelDBStore());
        }

        @Override
        public Member sees(String... members) {
            super.sees(members);
            return this;
        }

        /** Whom the store takes for the master now. */
        String follows() {
            return StandingMaster.elector(this).get().elected();
        }

        @Override
        public MasterElector.change_listener$ change_listener() {
            return listener;
        }
    }

    @AfterEach
    void asItWas() {
        StandingMaster.limitMs = 5000;
    }

    @Test
    void whatTheElectorSaysIsTrue() {
        Member master = new Member("3");
        assertEquals("3", master.sees("1>3", "2", "3").follows());
        assertEquals("2", master.sees("1>2", "2", "3").follows());
        assertNull(master.sees("1", "2", "3").follows());
    }

    @Test
    void theNextElectorElectsTheMasterThatIsThere() {
        Member next = new Member("2");
        next.sees("1>3", "2", "3").follows();
        assertFalse(StandingMaster.isElector(next));
        next.sees("2", "3");
        assertTrue(StandingMaster.isElector(next));
        assertEquals("3", next.elected());
        // Its own znode does not say so yet.
        assertEquals("3", next.follows());
    }

    @Test
    void theMasterMayBeTheNextElectorItself() {
        Member master = new Member("2");
        master.sees("1>2", "2", "3").follows();
        assertTrue(StandingMaster.isElector(master.sees("2", "3")));
        assertEquals("2", master.elected());
    }

    @Test
    void othersGoOnUntilTheNextElectorHasSpoken() {
        for (String eid : new String[] {"3", "4"}) {
            Member member = new Member(eid);
            member.sees("1>3", "2", "3", "4").follows();
            assertEquals("3", member.sees("2", "3", "4").follows());
            assertEquals("3", member.sees("2>3", "3", "4").follows());
            // Who was elected is asked of that one from now on.
            assertNull(member.sees("2", "3", "4").follows());
        }
    }

    @Test
    void whatTheElectorTookBackIsForgotten() {
        Member next = new Member("2");
        next.sees("1>3", "2", "3").follows();
        assertNull(next.sees("1", "2", "3").follows());
        next.sees("2", "3");
        assertTrue(StandingMaster.isElector(next));
        assertNull(next.elected());
        assertNull(next.follows());
    }

    @Test
    void aMasterThatIsGoneDoesNotStay() {
        Member next = new Member("2");
        next.sees("1>3", "2", "3").follows();
        next.sees("2", "4");
        StandingMaster.isElector(next);
        assertNull(next.elected());
        assertNull(next.follows());
    }

    @Test
    void withoutAQuorumNobodyStays() {
        Member master = new Member("3");
        master.sees("1>3", "2", "3").follows();
        master.sees("3");
        StandingMaster.isElector(master);
        assertNull(master.elected());
        assertNull(master.follows());
    }

    @Test
    void whoHasJoinedAnewRemembersNobody() {
        Member member = new Member("2");
        member.sees("1>3", "2", "3").follows();
        member.eid = "4";
        assertNull(member.sees("3", "4").follows());
    }

    @Test
    void theWaitForANewElectorHasALimit() throws Exception {
        StandingMaster.limitMs = 100;
        Member master = new Member("3");
        master.sees("1>3", "2", "3").follows();
        assertEquals("3", master.sees("2", "3").follows());
        assertTrue(master.looked.await(20, TimeUnit.SECONDS));
        assertNull(master.follows());
        assertNull(master.follows());
    }
}
