package dev.mqha.launch;

import java.security.Principal;
import javax.security.auth.Subject;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import javax.servlet.ServletRequest;
import org.apache.activemq.jaas.GroupPrincipal;
import org.apache.activemq.jaas.JassCredentialCallbackHandler;
import org.apache.activemq.jaas.UserPrincipal;
import org.eclipse.jetty.security.DefaultIdentityService;
import org.eclipse.jetty.security.IdentityService;
import org.eclipse.jetty.security.LoginService;
import org.eclipse.jetty.server.UserIdentity;

/**
 * Lets users into the web port by JAAS, as the broker lets clients into its message port: one kind of file, which is read
 * again after it was changed. Jetty's own service for that is not in the distribution (jetty-jaas); its
 * {@code HashLoginService} knows one password of a user, and mqha's own requests need two while one takes the other's
 * place. jetty.xml makes it.
 */
public final class ConsoleLogin implements LoginService {
    private final String name;
    private final String role;
    private IdentityService identities = new DefaultIdentityService();

    /**
     * @param name of the entry in {@code login.config}
     * @param role the group that lets somebody in
     */
    public ConsoleLogin(String name, String role) {
        this.name = name;
        this.role = role;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public UserIdentity login(String user, Object password, ServletRequest request) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // JAAS looks for its modules there.
        thread.setContextClassLoader(ConsoleLogin.class.getClassLoader());
        try {
            LoginContext login =
                    new LoginContext(name, new JassCredentialCallbackHandler(user, String.valueOf(password)));
            login.login();
            return identityOf(user, login.getSubject());
        } catch (LoginException refused) {
            return null;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private UserIdentity identityOf(String user, Subject subject) {
        Principal principal = new UserPrincipal(user);
        String[] groups = subject.getPrincipals(GroupPrincipal.class).stream()
                .map(Principal::getName)
                .filter(role::equals)
                .toArray(String[]::new);
        return identities.newUserIdentity(subject, principal, groups);
    }

    /** Nobody stays logged in: each request brings its password. */
    @Override
    public boolean validate(UserIdentity user) {
        return false;
    }

    @Override
    public IdentityService getIdentityService() {
        return identities;
    }

    @Override
    public void setIdentityService(IdentityService service) {
        identities = service;
    }

    @Override
    public void logout(UserIdentity user) {
        // There is nothing to forget.
    }
}
