package dev.mqha.patches.standing_master;

import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.apache.activemq.leveldb.replicated.LevelDBNodeState;
import org.apache.activemq.leveldb.replicated.MasterElector;
import scala.Option;
import scala.Tuple2;
import scala.collection.mutable.HashMap;
import scala.collection.mutable.ListBuffer;

/** A member of a group of three that is told who is in the group. */
public class GroupMember extends MasterElector {
    private static final String NAME = "mqStore";

    String eid;
    private ListBuffer<Tuple2<String, LevelDBNodeState>> group = new ListBuffer<>();

    public GroupMember(String eid, ElectingLevelDBStore store) {
        super(store);
        this.eid = eid;
        store.brokerName_$eq(NAME);
    }

    /** Who is there, each as `member` or `member>elected`. */
    public GroupMember sees(String... members) {
        group = new ListBuffer<>();
        for (String text : members) {
            String[] words = text.split(">");
            LevelDBNodeState state = new LevelDBNodeState();
            state.elected_$eq(words.length == 1 ? null : words[1]);
            group.$plus$eq(new Tuple2<>(words[0], state));
        }
        return this;
    }

    @Override
    public HashMap<String, ListBuffer<Tuple2<String, LevelDBNodeState>>> members() {
        HashMap<String, ListBuffer<Tuple2<String, LevelDBNodeState>>> all = new HashMap<>();
        all.put(NAME, group);
        return all;
    }

    @Override
    public LevelDBNodeState last_state() {
        LevelDBNodeState state = new LevelDBNodeState();
        state.id_$eq(NAME);
        return state;
    }

    @Override
    public boolean isMaster() {
        return group.head()._1().equals(eid);
    }

    @Override
    public Option<LevelDBNodeState> master() {
        return Option.apply(group.head()._2());
    }

    @Override
    public String eid() {
        return eid;
    }

    @Override
    public boolean connected() {
        return true;
    }
}
