/** The demonstration's accounts (domain.md section 10), for the start message and the sign-in page. */
export const demonstrationPassword = 'guichet-demo'

export const demonstrationAccounts: { email: string; who: { en: string; fr: string } }[] = [
  {
    email: 'supervisor@demo.example',
    who: { en: 'Supervisor only, customer 100234', fr: 'Superviseur seulement, client 100234' },
  },
  {
    email: 'licensing@demo.example',
    who: { en: 'Licensing only, customer 100234', fr: 'Licences seulement, client 100234' },
  },
  {
    email: 'reporting@demo.example',
    who: { en: 'Reporting only, customer 100234', fr: 'Rapports seulement, client 100234' },
  },
  {
    email: 'both@demo.example',
    who: { en: 'Licensing and Reporting, customer 100234', fr: 'Licences et Rapports, client 100234' },
  },
  {
    email: 'none@demo.example',
    who: { en: 'associated with 100234, no privilege', fr: 'associé à 100234, aucun privilège' },
  },
  {
    email: 'open@demo.example',
    who: {
      en: 'contact of 100871, a company that never had a supervisor',
      fr: 'contact de 100871, entreprise qui n’a jamais eu de superviseur',
    },
  },
  {
    email: 'several@demo.example',
    who: { en: '100234 (primary), 100871 and 100990', fr: '100234 (primaire), 100871 et 100990' },
  },
  {
    email: 'plain@demo.example',
    who: { en: 'registered, not upgraded', fr: 'inscrit, compte non mis à niveau' },
  },
  {
    email: 'desk@demo.example',
    who: { en: 'the publisher’s license desk', fr: 'le bureau des licences de l’éditeur' },
  },
]
